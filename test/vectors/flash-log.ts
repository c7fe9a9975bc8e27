/**
 * The flash log as both sides must see it: `VECTOR_LINES` written one flush each give
 * `VECTOR_SLOTS`, and each case says what is read after something happened to those.
 * `test/device/file-recovery.ts` prints the slots when they differ from what is here.
 */

/**
 * A line to be stored: level, time in seconds, whether that is Unix time, text; then what
 * precedes the text when the line is read.
 */
export type VectorLine = [number, number, boolean, string, string]

/** What is done to the slots before they are read, and what is read then. */
export interface VectorCase {
    name: string
    /** Slot, offset and mask: bits that flip. */
    flip?: [number, number, number]
    /** Slot and length: the value ends there. */
    cut?: [number, number]
    /** A slot that is empty. */
    drop?: number
    /** Lines of `error.log.1` and `error.log`, by their numbers in VECTOR_LINES. */
    older: number[]
    current: number[]
    problems: string[]
}

/** Most bytes of text in one file of the vector. */
export const VECTOR_MAX_SIZE = 600

const LONG =
    "a long line that goes over three segments, with characters of one to four bytes at every " +
    "place: aäöü €uro 😀 smile, aäöü €uro 😀 smile, aäöü €uro 😀 smile, aäöü €uro 😀 smile, " +
    "aäöü €uro 😀 smile, aäöü €uro 😀 smile, aäöü €uro 😀 smile, aäöü €uro 😀 smile; that was it"

export const VECTOR_LINES: VectorLine[] = [
    [
        3,
        5,
        false,
        "0 rotated away by the end, as is the next one",
        "5 [ERROR] ",
    ],
    [3, 300, false, LONG, "300 [ERROR] "],
    [4, 301, false, "2 a warning before the clock was set", "301 [WARNING] "],
    [
        3,
        1800000000,
        true,
        "3 an error after it",
        "2027-01-15T08:00:00Z [ERROR] ",
    ],
    [3, 1800000001, true, LONG, "2027-01-15T08:00:01Z [ERROR] "],
    [
        6,
        1800000100,
        true,
        "5 two lines\nin one record",
        "2027-01-15T08:01:40Z [INFO] ",
    ],
    [2, 1800000900, true, "", "2027-01-15T08:15:00Z [CRITICAL] "],
    [
        3,
        1800000901,
        true,
        "7 the clock stood before an empty line",
        "2027-01-15T08:15:01Z [ERROR] ",
    ],
    [
        3,
        1800000800,
        true,
        "8 and went back by a hundred seconds",
        "2027-01-15T08:13:20Z [ERROR] ",
    ],
    [3, 1800000801, true, LONG, "2027-01-15T08:13:21Z [ERROR] "],
    [
        0,
        4294967295,
        true,
        "10 the last second there is",
        "2106-02-07T06:28:15Z [EMERGENCY] ",
    ],
    [8, 7, false, "11 uptime again, after a reset", "7 [TRACE] "],
]

/** Line `i` as it is read. */
export function vectorText(i: number): string {
    const line = VECTOR_LINES[i]
    return line[4] + line[3]
}

export const VECTOR_SLOTS: string[] = [
    "4c02e6f307000000000000030013970978ff000000006572726f722e6c6f674399ff21d5" +
        "496b61206c6f6e67206c696e65207468617420676f6573206f7665722074687265652073" +
        "65676d656e74732c20776974682063686172616374657273206f66206f6e6520746f2066" +
        "6f757220627974657320617420657665727920706c6163653a2061c3a4c3b6c3bc20e282" +
        "ac75726f20f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20f09f9880" +
        "20736d696c652c2061c3a4c3b6c3bc20e282ac75",
    "4c02e6f30800000044010103a1cc9b726f20f09f988020736d696c652c2061c3a4c3b6c3" +
        "bc20e282ac75726f20f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20" +
        "f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20f09f988020736d696c" +
        "652c2061c3a4c3b6c3bc20e282ac75726f20f09f988020736d696c652c2061c3a4c3b6c3" +
        "bc20e282ac75726f20f09f988020736d696c653b2074686174207761732069741b80ffff" +
        "ffffff313020746865206c617374207365636f6e",
    "4c02e6f3090000007f0102030a78e5642074686572652069731e40ff0700000031312075" +
        "7074696d6520616761696e2c2061667465722061207265736574",
    "4c02e6f304000000000000030099dd0978ff000000006572726f722e6c6f674399ff01d2" +
        "496b61206c6f6e67206c696e65207468617420676f6573206f7665722074687265652073" +
        "65676d656e74732c20776974682063686172616374657273206f66206f6e6520746f2066" +
        "6f757220627974657320617420657665727920706c6163653a2061c3a4c3b6c3bc20e282" +
        "ac75726f20f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20f09f9880" +
        "20736d696c652c2061c3a4c3b6c3bc20e282ac75",
    "4c02e6f30500000044010103a1eebd726f20f09f988020736d696c652c2061c3a4c3b6c3" +
        "bc20e282ac75726f20f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20" +
        "f09f988020736d696c652c2061c3a4c3b6c3bc20e282ac75726f20f09f988020736d696c" +
        "652c2061c3a4c3b6c3bc20e282ac75726f20f09f988020736d696c652c2061c3a4c3b6c3" +
        "bc20e282ac75726f20f09f988020736d696c653b20746861742077617320697419b0ff64" +
        "d2496b352074776f206c696e65730a696e206f6e",
    "4c02e6f306000000ab010203089f0665207265636f72640090ff84d5496b269801372074" +
        "686520636c6f636b2073746f6f64206265666f726520616e20656d707479206c696e6524" +
        "98ff20d5496b3820616e642077656e74206261636b20627920612068756e647265642073" +
        "65636f6e6473",
]

export const VECTOR_CASES: VectorCase[] = [
    {
        name: "nothing happened",
        older: [4, 5, 6, 7, 8],
        current: [9, 10, 11],
        problems: [],
    },
    {
        name: "a bit flipped in the first segment of error.log.1",
        flip: [3, 100, 0x10],
        older: [5, 6, 7, 8],
        current: [9, 10, 11],
        problems: [
            "slot fd.log03 is damaged: wrong checksum: skipped",
            "segments 4 to 4 are missing",
        ],
    },
    {
        name: "a bit flipped in the header of a segment in the middle",
        flip: [1, 4, 0x80],
        older: [4, 5, 6, 7, 8],
        current: [11],
        problems: [
            "slot fd.log01 is damaged: wrong checksum: skipped",
            "segments 8 to 8 are missing",
        ],
    },
    {
        name: "the last segment of error.log.1 is truncated",
        cut: [5, 60],
        older: [4],
        current: [9, 10, 11],
        problems: [
            "slot fd.log05 is damaged: wrong checksum: skipped",
            "segments 6 to 6 are missing",
        ],
    },
    {
        name: "a header is truncated",
        cut: [4, 9],
        older: [6, 7, 8],
        current: [9, 10, 11],
        problems: [
            "slot fd.log04 is cut short: 9 bytes, a header has 15: skipped",
            "segments 5 to 5 are missing",
        ],
    },
    {
        name: "the last segment was never written",
        drop: 2,
        older: [4, 5, 6, 7, 8],
        current: [9],
        problems: ["a line was cut short by a reset: left out"],
    },
    {
        name: "a segment of another version",
        flip: [4, 1, 0x01],
        older: [6, 7, 8],
        current: [9, 10, 11],
        problems: [
            "slot fd.log04 has format version 3, 2 is read: skipped",
            "segments 5 to 5 are missing",
        ],
    },
    {
        name: "something else in a slot",
        flip: [0, 0, 0xff],
        older: [4, 5, 6, 7, 8],
        current: [10, 11],
        problems: [
            "slot fd.log00 is no log segment: skipped",
            "segments 7 to 7 are missing",
        ],
    },
]
