"""A stopping rule of one's own, a log of one's own, and going on afterwards."""

from ravine import DOUBLE_WELL, StopReason, heavy_ball, minimize

log = []


def enough(now):
    log.append(now.value)
    return len(log) > 20 and min(log[-20:]) >= min(log[:-20])


method = heavy_ball(0.05, momentum=0.9)
first = minimize(DOUBLE_WELL, 2.0, method, stop=enough, eps_grad=None)
assert first.stop is StopReason.STOPPED
assert first.values.tolist() == log
assert first.best.value == min(log)
both = minimize(DOUBLE_WELL, 2.0, method, max_updates=first.updates + 5, eps_grad=None)
rest = minimize(DOUBLE_WELL, first, method, max_updates=5, eps_grad=None)
assert rest.x == both.x
