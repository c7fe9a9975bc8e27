# Lines per second into asyncmd's ring (aiolog), as its applications log: run by MicroPython with
# asyncmd and micropython-lib's logging on its path. Prints one figure a run.
import sys
import time

sys.path.append(sys.argv[1])

import logging
from aiolog import AioStream

RUNS = 7
LINES = 5000

logging.basicConfig(
    stream=AioStream(2000),
    level=logging.INFO,
    format="%(asctime)s [%(levelname)s] [%(name)s] %(message)s",
)
log = logging.getLogger("sensor.service")

for _ in range(RUNS):
    began = time.ticks_us()
    for i in range(LINES):
        log.info("measured {} degrees, run {}".format(21, i))
    took = time.ticks_diff(time.ticks_us(), began)
    print(int(LINES * 1000000 / took))
