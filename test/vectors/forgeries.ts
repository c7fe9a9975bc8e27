/**
 * Messages that try to be more than one line: the same on the board and on the host. Runs in the VM
 * and in Node; everything follows from the number.
 */
import { Random } from "./random"

/** What forges lines where it is not escaped: ends of lines and records, headers, escapes. */
const FORGERIES = [
    "\n",
    "\r\n",
    "\0",
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x7f\x08",
    "\u0085",
    "\u009b31m",
    "1.000 [ERROR] [x] ",
    "<131>1 - evil - - - - ",
    "200 <131>1 2026-01-01T00:00:00Z h a - - - ",
    "] [ERROR] [",
    "#012",
    "{0}",
    "K\u00fcche",
]
const MOST = 5

/** Forgery number `i`: its end is ` end i`, so that a torn or doubled one is seen. */
export function forgedText(i: number): string {
    const parts: string[] = []
    const random = new Random(i + 1)
    for (let left = random.below(MOST); left >= 0; --left)
        parts.push(random.pick(FORGERIES))
    return `${parts.join("")} end ${i}`
}
