"""A pseudo-terminal for a test: prints its path, then leads its other end through stdin and stdout."""
import os
import pty
import select
import sys
import termios
import tty

master, slave = pty.openpty()
tty.setraw(slave, termios.TCSANOW)
print(os.ttyname(slave), flush=True)
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sys.exit(0)
        os.write(master, data)
    if master in ready:
        sys.stdout.buffer.write(os.read(master, 65536))
        sys.stdout.buffer.flush()
