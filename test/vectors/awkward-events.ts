/**
 * Awkward input for the syslog encoder, the same on the board and on the host: runs in the VM
 * and in Node. Everything follows from the seed.
 */
import { Random } from "./random"

/** What a log record holds, as far as syslog is concerned. */
export interface AwkwardEvent {
    time: number
    wall: number | undefined
    level: number
    topic: string
    mark: string | undefined
    message: string
    meta: Record<string, any> | undefined
}

/** U+2028; in a literal it would make every later build complain. */
const LINE_SEPARATOR = String.fromCharCode(0x2028)
const PIECES = [
    "a",
    "word",
    " ",
    "",
    "]",
    '"',
    "\\",
    '\\"]',
    "\n",
    "\r\n",
    "\t",
    "\u0000",
    "\u0001",
    "\r",
    "\u001b[31m",
    "\u001b]0;t\u0007",
    "\u007f",
    "\u0080",
    "\u009b1m",
    // half of a surrogate pair is U+FFFD to the VM
    "\ufffd",
    "\u0085",
    "\u00a0",
    LINE_SEPARATOR,
    "{0}",
    "{",
    "}}",
    "#012",
    "=",
    '[x@1 a="b"]',
    "<14>1 ",
    "12 ",
    "ä",
    "€",
    "𝄞",
    "👩‍🚀",
    "\ufeff",
    "%s",
    "-",
    "0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef",
]
const NAME_PIECES = [
    "net",
    ".",
    "task.",
    "x",
    "ä",
    " ",
    "]",
    '"',
    "=",
    "{1}",
    "\n",
    "👩",
    "a-long-name-of-a-part",
    "0123456789",
]
const WALLS = [
    0, 1, 999, 951782399999, 1709164800000, 1795241635123, 4102444799001,
    253402300799999, 253402300800000, 8640000000000000,
]
const LENGTHS = [31, 32, 33, 47, 48, 49, 127, 128, 129]

function text(random: Random, from: string[], most: number): string {
    const parts: string[] = []
    for (let left = random.below(most + 1); left > 0; --left)
        parts.push(random.pick(from))
    return parts.join("")
}

/** By doubling: an array of all parts would not fit into the board's heap. */
function repeat(text: string, count: number): string {
    if (count < 2) return count ? text : ""
    const half = repeat(text, count >> 1)
    return half + half + (count & 1 ? text : "")
}

/** A name: mostly of odd pieces, sometimes of a length around a limit. */
function name(random: Random): string {
    if (random.below(8) === 0) {
        const length = random.pick(LENGTHS)
        return repeat("n", length)
    }
    return text(random, NAME_PIECES, 5)
}

/** Mostly a short text, sometimes one around the limit of 2,048 bytes. */
function message(random: Random): string {
    const kind = random.below(40)
    const tail = text(random, PIECES, 12)
    if (kind > 0) return tail
    const unit = random.pick(["m", "ä", "€", "𝄞"])
    const size = unit === "m" ? 1 : unit === "ä" ? 2 : unit === "€" ? 3 : 4
    return repeat(unit, Math.floor((1850 + random.below(250)) / size)) + tail
}

function meta(random: Random): Record<string, any> | undefined {
    if (random.below(4) > 0) return undefined
    const result: Record<string, any> = {}
    const count = random.below(4)
    for (let i = 0; i < count; ++i)
        result["k" + i + name(random)] = text(random, PIECES, 6)
    if (random.below(3) === 0) result["n"] = random.below(1000)
    return result
}

/** The awkward event of a seed. */
export function awkwardEvent(seed: number): AwkwardEvent {
    const random = new Random((Math.imul(seed, 0x9e3779b1) & 0x3fffffff) + 1)
    for (let i = 0; i < 3; ++i) random.below(2)
    const wall = random.below(5)
    return {
        time: random.below(65536) * (1 + random.below(4000)),
        wall:
            wall === 0
                ? undefined
                : wall === 1
                  ? random.pick(WALLS)
                  : 1795241635123 + random.below(5000),
        level: random.below(9),
        topic: random.below(3) > 0 ? "t" + (seed % 40) : name(random),
        mark: random.below(3) === 0 ? name(random) || undefined : undefined,
        message: message(random),
        meta: meta(random),
    }
}
