import type { Context } from "./context.ts"
import { type Expression, expression } from "./tree.ts"

const NUMBERS = [
    ...["0", "1", "2", "3", "5", "7", "10", "-1", "-2", "16", "100"],
    // around the ends of the short encodings
    ...["143", "144", "150", "247", "248", "255", "256", "-16", "-17"],
    ...["4095", "32767", "65535", "65536", "1000000", "16777215"],
    ...["16777216", "123456789", "2147483647", "-2147483647", "-70000"],
    // no int32: false to the VM, wherever a boolean is wanted
    ...["0.5", "1.5", "-0.25", "3.14159", "1e-7", "2147483648"],
    ...["4294967296", "-2147483649", "1.8e12", "1e21", "-1.5"],
    ...["nan", "Infinity", "(-Infinity)", "(-0)", "(0 / 0)"],
]
const TEXTS = [
    ...["", "a", "b", "ab", "abc", "x1", "Hello", "0", "12", "-3", " "],
    // names that the VM has built in
    ...["length", "message", "name", "push", "prototype", "set"],
    ...["{0}", "a{b}c", "%s", "q'q", "\\n", "tab\\t."],
    ...[
        "K\u00fcche",
        "\u65e5\u672c\u8a9e",
        "\u20ac5",
        "\u{1f600}!",
        "na\u00efve",
    ],
    "a text of more than fifty characters goes to another table",
    "ein langer Text mit \u00dcberl\u00e4nge und mehr als fünfzig Zeichen darin",
]
const BUFFERS = ["hex`00`", "hex`01 02 03`", "hex`ff 7f 80 00 10 20`"]

/** Texts that no other program has, so that a program has many. */
export function text(context: Context): string {
    const { random } = context
    if (random.chance(context.taste("texts") * 0.2))
        return JSON.stringify(context.name("text"))
    return `"${random.pick(TEXTS).replaceAll('"', '\\"')}"`
}

export function number(context: Context): Expression {
    const { random } = context
    if (random.chance(0.15))
        return expression("num")`${random.between(-300, 70_000)}`
    return expression("num")`${random.pick(NUMBERS)}`
}

export function buffer(context: Context): Expression {
    const { random } = context
    if (random.chance(0.4))
        return expression("buf")`Buffer.alloc(${random.between(1, 9)})`
    return expression("buf")`${random.pick(BUFFERS)}.slice()`
}
