// The script of the worker. The bundle puts it here, since it alone knows its own text: the modules that page and
// worker share, and the call that begins to serve.

export const script = "";
