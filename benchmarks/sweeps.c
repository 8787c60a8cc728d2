/* The limit for a sweep: the loop of ravine.sweeps for the double well, by hand, in C.

   The same evaluations, tests and results, one run after the other. */
#include <math.h>
#include <stdint.h>

void sweep(int64_t runs, const double *step_sizes, double start, int64_t max_updates,
           double eps_obj, double escape_radius, int64_t *updates, int8_t *stop, double *x,
           double *value, double *gradient_norm) {
  for (int64_t run = 0; run < runs; run++) {
    double step_size = step_sizes[run], w = start, loss, slope;
    int64_t k = 0;
    int8_t why;
    for (;; k++) {
      loss = (w * w - 1) * (w * w - 1) / 2;
      slope = 2 * w * (w * w - 1);
      if (!(isfinite(w) && isfinite(loss) && isfinite(slope))) { why = 1; break; }
      if (fabs(w) > escape_radius) { why = 2; break; }
      if (loss <= eps_obj) { why = 4; break; }
      if (k >= max_updates) { why = 7; break; }
      w -= step_size * slope;
    }
    updates[run] = k;
    stop[run] = why;
    x[run] = w;
    value[run] = loss;
    gradient_norm[run] = fabs(slope);
  }
}

/* The same for the heavy ball on x^2/2 + 10 y^2, over pairs of a step size and a momentum. */
void heavy_ball(int64_t runs, const double *step_sizes, const double *momenta, const double *start,
                int64_t max_updates, double eps_obj, int64_t *updates, int8_t *stop, double *x,
                double *y, double *value, double *gradient_norm) {
  for (int64_t run = 0; run < runs; run++) {
    double eta = step_sizes[run], beta = momenta[run], u = start[0], v = start[1];
    double zu = 0, zv = 0, loss, du, dv, size, norm;
    int64_t k = 0;
    int8_t why;
    for (;; k++) {
      loss = 0.5 * u * u + 10 * v * v;
      du = u;
      dv = 20 * v;
      size = sqrt(u * u + v * v);
      norm = sqrt(du * du + dv * dv);
      if (!(isfinite(size) && isfinite(loss) && isfinite(norm))) { why = 1; break; }
      if (loss <= eps_obj) { why = 4; break; }
      if (k >= max_updates) { why = 7; break; }
      zu = beta * zu + du;
      zv = beta * zv + dv;
      u -= eta * zu;
      v -= eta * zv;
    }
    updates[run] = k;
    stop[run] = why;
    x[run] = u;
    y[run] = v;
    value[run] = loss;
    gradient_norm[run] = norm;
  }
}
