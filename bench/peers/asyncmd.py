# Lines per second into one of asyncmd's handlers, logged as its services log:
#
#     micropython asyncmd.py CHECKOUT ring|file|syslog PORT
#
# Prints lines per second and lines per second of CPU time, one pair for each run; the first run
# warms up and is not printed. `file` writes into the working directory.
import sys
import time

checkout, way, port = sys.argv[1:4]
for folder in ("", "/tools/logging", "/tools/logging_handlers", "/develop/unix"):
    sys.path.append(checkout + folder)

import logging
from service_logger import ServiceLogger

RUNS = 7
LINES = 20000
FORMAT = "%(asctime)s [%(name)s] [%(levelname)s] %(message)s"


def ring():
    from aiolog import AioStream

    return logging.StreamHandler(AioStream(2000))


def file():
    from filehandler import FileRotationHandler

    return FileRotationHandler("error.log")


def syslog():
    from rsysloghandler import RsysLogHandler
    from ursyslogger import FRAMING_OCTET_COUNTING, RsysLogger

    client = RsysLogger("127.0.0.1", port=int(port), hostname="board")
    client.framing = FRAMING_OCTET_COUNTING
    return RsysLogHandler(client)


handler = {"ring": ring, "file": file, "syslog": syslog}[way]()
handler.setFormatter(logging.Formatter(FORMAT))
logger = logging.getLogger("unix@board")
logger.setLevel(logging.INFO)
logger.addHandler(handler)
log = ServiceLogger(logger, "sensor")

for run in range(RUNS + 1):
    began = time.ticks_us()
    cpu = time.clock()
    for i in range(LINES):
        log.info(f"measured {21} degrees, run {i}")
    took = time.ticks_diff(time.ticks_us(), began) / 1000000
    if run:
        print(LINES / took, LINES / (time.clock() - cpu))
