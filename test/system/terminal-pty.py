"""Runs a command on a terminal of its own, for a test. Lines on stdin: "keys HEX", "size COLUMNS ROWS",
"signal NUMBER"."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios


def resize(columns, rows):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


child, master = pty.fork()
if child == 0:
    # the terminal has its size before the command asks for it
    sys.stdin.readline()
    os.execvp(sys.argv[1], sys.argv[1:])
resize(int(os.environ["COLUMNS"]), int(os.environ["LINES"]))
os.write(master, b"\n")
rest = b""
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            os.kill(child, 9)
            break
        *lines, rest = (rest + data).split(b"\n")
        for verb, *words in (line.split() for line in lines):
            if verb == b"keys":
                os.write(master, bytes.fromhex(words[0].decode()))
            elif verb == b"signal":
                os.kill(child, int(words[0]))
            else:
                resize(*map(int, words))
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
