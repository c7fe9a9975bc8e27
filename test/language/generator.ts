/**
 * Writes programs of plain TypeScript from a seed: what a user writes who does not know the VM.
 * They leave out what the VM is known to do otherwise and docs/vm.md tells (texts by order, `any` as
 * a condition, NaN in `Math.max`, an infinite operand of `|`, `%` of any fractions, what a right side
 * changes of its target), and have no other types than numbers, texts, lists and one kind of object.
 */

import type { Random } from "../vectors/random.ts"

/** The values that most often go wrong: neighbours of an int32, fractions, 0. */
const NUMBERS = [
    ...["0", "1", "2", "-1", "7", "100", "0.5", "-2.5", "0.25", "number(NaN)"],
    ...["2147483647", "-2147483648", "3000000000", "1e10"],
]
const FUNCTIONS = 12
/** The first functions call no others, the rest call these. */
const CALLED = 3
/** Most outputs and calls of one function, so that the program ends. */
const MOST_STEPS = 400
const HEAD = `
interface Node { value: number; next: { value: number } | undefined }
let lines: string[] = []
let steps = 0
function number(x: number): number { return x }
function orZero(x: number): number { return isNaN(x) ? 0 : x }
function over(x: number, y: number): number { return y === 0 ? 1 : x / y }
function eighths(x: number): number { return x > -1e14 && x < 1e14 ? Math.floor(x * 8) / 8 : 1 }
function out(text: string): void {
    if (++steps > ${MOST_STEPS}) return
    lines.push(text)
    if (lines.length >= 8) flush()
}
function flush(): void {
    if (lines.length > 0) show(lines.join(" "))
    lines = []
}
function text(x: number): string {
    if (isNaN(x)) return "NaN"
    if (x > 2147483647 || x < -2147483648) return x > 0 ? "big" : "-big"
    return "" + Math.floor(x * 8 + 0.5)
}
`

/** What may be named at a place. */
interface Scope {
    numbers: string[]
    nodes: string[]
    lists: string[]
    texts: string[]
    isInLoop: boolean
    /** Whether the place may return from its function: not in a finally. */
    mayReturn: boolean
    /** Functions that it may call. */
    callable: number
}

/** A program as two texts: declarations, and a statement for each of its functions, which runs it. */
export interface Program {
    declarations: string
    runs: string[]
}

export function writeProgram(random: Random): Program {
    const writer = new Writer(random)
    const functions: string[] = []
    const runs: string[] = []
    for (let i = 0; i < FUNCTIONS; ++i) {
        functions.push(writer.function(i))
        runs.push(
            `steps = 0; out("f${i}"); out(text(f${i}(${writer.literal()}, ${writer.literal()}))); flush()`
        )
    }
    return { declarations: HEAD + functions.join(""), runs }
}

class Writer {
    private readonly random: Random
    private names = 0

    constructor(random: Random) {
        this.random = random
    }

    function(index: number): string {
        const scope: Scope = {
            numbers: ["a", "b"],
            nodes: [],
            lists: [],
            texts: [],
            isInLoop: false,
            mayReturn: true,
            callable: index > CALLED ? CALLED : 0,
        }
        return `function f${index}(a: number, b: number): number {
if (++steps > ${MOST_STEPS}) return 0
${this.block(scope, 6, 3)}return a
}
`
    }

    literal(): string {
        return this.random.pick(NUMBERS)
    }

    private name(prefix: string): string {
        return `${prefix}${this.names++}`
    }

    /** One of the texts, which are written only when they are chosen. */
    private choose(...ways: (() => string)[]): string {
        return this.random.pick(ways)()
    }

    private number(scope: Scope, depth: number): string {
        const { numbers, nodes, lists, texts, callable } = scope
        if (depth <= 0 || this.random.below(5) === 0)
            return this.random.pick([this.literal(), this.random.pick(numbers)])
        const part = () => this.number(scope, depth - 1)
        const sign = (...signs: string[]) => this.random.pick(signs)
        return this.choose(
            () => `(${part()} ${sign("+", "-", "*")} ${part()})`,
            () => `over(${part()}, ${part()})`,
            () => `(eighths(${part()}) % eighths(${part()}))`,
            () => `(${part()} | 0) % ${this.random.pick(["7", "-60", "1000"])}`,
            () =>
                `(${part()} ${sign("&", "|", "^", "<<", ">>", ">>>")} ${part()})`,
            () =>
                `(${this.condition(scope, depth - 1)} ? ${part()} : ${part()})`,
            () => `(${part()} ${sign("||", "&&")} ${part()})`,
            () =>
                `Math.${this.random.pick(["floor", "ceil", "abs"])}(orZero(${part()}))`,
            () =>
                `Math.${this.random.pick(["min", "max"])}(orZero(${part()}), orZero(${part()}))`,
            () => `(${this.random.pick(numbers)}${sign("++", "--")})`,
            () => `(${sign("++", "--")}${this.random.pick(numbers)})`,
            () => `(${this.random.pick(numbers)} = ${part()})`,
            () =>
                `(${this.random.pick(numbers)} ${sign("||=", "&&=")} ${part()})`,
            () =>
                `(${this.random.pick(numbers)} ${sign("+=", "-=", "*=", "&=", "|=")} ${this.literal()})`,
            () =>
                nodes.length > 0
                    ? `(${this.random.pick(nodes)}?.next?.value ?? ${part()})`
                    : part(),
            () =>
                nodes.length > 0
                    ? `(${this.random.pick(nodes)}.value += ${this.literal()})`
                    : part(),
            () =>
                lists.length > 0
                    ? `${this.random.pick(lists)}[${part()} & 3]`
                    : part(),
            () =>
                lists.length > 0
                    ? this.listNumber(this.random.pick(lists), part)
                    : part(),
            () =>
                texts.length > 0
                    ? this.textNumber(this.random.pick(texts), part)
                    : part(),
            () =>
                callable > 0
                    ? `f${this.random.below(callable)}(${part()}, ${part()})`
                    : part(),
            () => `(${sign("- ", "~")}${part()})`,
            () =>
                lists.length + texts.length > 0
                    ? `${this.random.pick([...lists, ...texts])}.length`
                    : part()
        )
    }

    /** A number by a method of a list. */
    private listNumber(list: string, number: () => string): string {
        return this.choose(
            () => `(${list}.find(x => x > ${this.literal()}) ?? -1)`,
            () => `${list}.findIndex(x => x === ${this.literal()})`,
            () =>
                `${list}.${this.random.pick(["indexOf", "lastIndexOf"])}(${number()})`,
            () => `${list}.reduce((x, y) => x + y, ${number()})`,
            () =>
                `(${list}.${this.random.pick(["some(x => x > 1)", "every(x => x < 3)", "includes(1)"])} ? 1 : 0)`,
            () => `${list}.slice(${number()} & 3).length`,
            () =>
                `(${list}.at(${this.random.pick(["0", "-1", "-9", "2"])}) ?? 5)`,
            () => `${list}.push(${number()})`,
            () => `(${list}.${this.random.pick(["pop", "shift"])}() ?? 3)`,
            () => `${list}.unshift(${number()})`
        )
    }

    /** A number by a method of a text. */
    private textNumber(text: string, number: () => string): string {
        const part = this.random.pick(['"s"', '"-"', '"1"', '"no"', '"9"'])
        return this.choose(
            () =>
                `${text}.${this.random.pick(["indexOf", "lastIndexOf"])}(${part})`,
            () => `${text}.indexOf(${part}, ${number()} & 3)`,
            () => `(${text}.includes(${part}) ? 1 : 0)`,
            () =>
                `(${text}.${this.random.pick(["startsWith", "endsWith"])}(${part}) ? 1 : 0)`,
            () => `${text}.split(${part}).length`,
            () => `(${text} + "z").charCodeAt(0)`,
            () => `parseInt("" + (${number()} & 0xffff))`,
            () => `parseFloat("" + eighths(${number()} & 0xffff))`
        )
    }

    /** A condition; often a number. */
    private condition(scope: Scope, depth: number): string {
        const number = () => this.number(scope, depth - 1)
        if (depth <= 0)
            return this.random.pick([
                "(number(1) > 0)",
                `(${this.random.pick(scope.numbers)} > 1)`,
            ])
        const condition = () => this.condition(scope, depth - 1)
        return this.choose(
            () =>
                `(number(${number()}) ${this.random.pick(["<", ">=", "===", "!==", "<="])} ${number()})`,
            () =>
                `(${condition()} ${this.random.pick(["&&", "||"])} ${condition()})`,
            () => `!(${number()})`,
            () => `!${condition()}`,
            () => `number(${number()})`
        )
    }

    private text(scope: Scope): string {
        const number = () => this.number(scope, 2)
        return this.choose(
            () => `\`<\${text(${number()})}>\``,
            () => `("s" + text(${number()}))`,
            () =>
                scope.texts.length > 0 ? this.random.pick(scope.texts) : '"t"',
            () => `(${this.condition(scope, 2)} ? "yes" : "no")`,
            () => `[${number()}, ${number()}].map(x => text(x)).join("/")`,
            () => this.changedText(scope)
        )
    }

    /** A text by a method of another one, or of a list. */
    private changedText({ texts, lists }: Scope): string {
        const from = texts.length > 0 ? this.random.pick(texts) : '" tEx7 "'
        const list = lists.length > 0 ? this.random.pick(lists) : "[3, 1, 2]"
        const at = () => this.random.pick(["0", "1", "2", "-1", "-3", "9"])
        return this.choose(
            () => `${from}.slice(${at()}, ${at()})`,
            () => `${from}.slice(${at()})`,
            () =>
                `${from}.${this.random.pick(["trim", "toUpperCase", "toLowerCase"])}()`,
            () => `${from}.split("s").join("<>")`,
            () => `${list}.filter(x => x > 0).map(x => text(x)).join()`,
            () =>
                `${list}.slice(${at()}, ${at()}).map((x, i) => text(x + i)).join(" ")`,
            () =>
                `${list}.filter(x => !isNaN(x)).sort((x, y) => x - y).map(x => text(x)).join(";")`,
            () => `[...${list}, 4].map(x => text(x)).join("")`,
            () => `Object.keys({ a: 1, ["b" + text(2)]: ${at()} }).join()`,
            () => `String.fromCharCode(65 + (${list}.length & 15))`
        )
    }

    /** Some statements with names of their own. */
    private block(scope: Scope, most: number, depth: number): string {
        const inner: Scope = {
            ...scope,
            numbers: [...scope.numbers],
            nodes: [...scope.nodes],
            lists: [...scope.lists],
            texts: [...scope.texts],
        }
        let block = ""
        for (let left = 1 + this.random.below(most); left > 0; --left)
            block += this.statement(inner, depth) + "\n"
        return block
    }

    private statement(scope: Scope, depth: number): string {
        if (depth <= 0 || this.random.below(2) === 0) return this.simple(scope)
        return this.compound(scope, depth - 1)
    }

    private simple(scope: Scope): string {
        const number = () => this.number(scope, 3)
        return this.choose(
            () => this.declare(scope.numbers, "let n", number(), ": number"),
            () => `${this.random.pick(scope.numbers)} = ${number()}`,
            () =>
                `${this.random.pick(scope.numbers)} ${this.random.pick(["+=", "-="])} ${this.literal()}`,
            () => `out(text(${number()}))`,
            () =>
                this.declare(
                    scope.nodes,
                    "const o",
                    this.random.pick([
                        `{ value: ${number()}, next: { value: ${number()} } }`,
                        "{ value: 1, next: undefined }",
                    ]),
                    ": Node"
                ),
            () =>
                this.declare(
                    scope.lists,
                    "const l",
                    `[${number()}, ${number()}, ${number()}, ${number()}]`
                ),
            () => this.declare(scope.texts, "let t", this.text(scope)),
            () =>
                `;[${this.random.pick(scope.numbers)}, ${this.random.pick(scope.numbers)}] = [${number()}, ${number()}]`,
            () => {
                if (scope.nodes.length === 0) return this.takeApart(scope)
                const [value, next] = [this.name("n"), this.name("n")]
                const statement = `let { value: ${value}, next: { value: ${next} } = { value: number(${number()}) } } = ${this.random.pick(scope.nodes)}`
                scope.numbers.push(value, next)
                return statement
            },
            () => this.takeApart(scope),
            () => `out(${this.text(scope)})`
        )
    }

    /** A list in variables; the last one is not in it. */
    private takeApart(scope: Scope): string {
        const names = [this.name("n"), this.name("n")]
        const statement = `let [${names[0]}, , ${names[1]} = number(${this.number(scope, 2)})]: number[] = [${this.number(scope, 2)}, 1]`
        scope.numbers.push(...names)
        return statement
    }

    /** A declaration; the name is known after it only. */
    private declare(
        names: string[],
        begin: string,
        value: string,
        type = ""
    ): string {
        const [keyword, prefix] = begin.split(" ")
        const name = this.name(prefix!)
        names.push(name)
        return `${keyword} ${name}${type} = ${value}`
    }

    private compound(scope: Scope, depth: number): string {
        const block = (inner = scope) => this.block(inner, 3, depth)
        const loop = { ...scope, isInLoop: true }
        const rounds = 1 + this.random.below(3)
        const count = this.name("i")
        const condition = () => this.condition(scope, 2)
        return this.choose(
            () => `if (${condition()}) {\n${block()}}`,
            () => `if (${condition()}) {\n${block()}} else {\n${block()}}`,
            () =>
                `for (let ${count} = 0; ${count} < ${rounds}; ${count}++) {\n${block(loop)}}`,
            () =>
                `let ${count} = 0\nwhile (${count}++ < ${rounds} && ${condition()}) {\n${block(loop)}}`,
            () =>
                `let ${count} = 0\ndo {\n${block(loop)}} while (++${count} < ${rounds} && ${condition()})`,
            () => {
                const value = this.name("n")
                const numbers = [...scope.numbers, value]
                const list = `[{ value: number(${this.number(scope, 2)}) }, { value: ${this.literal()} }]`
                return `for (let { value: ${value} } of ${list}) {\n${block({ ...loop, numbers })}}`
            },
            () => this.attempt(scope, depth),
            () => {
                if (!scope.isInLoop) return this.simple(scope)
                return `if (${condition()}) ${this.random.pick(["continue", "break"])}`
            },
            () => {
                if (!scope.mayReturn) return this.simple(scope)
                return `if (${condition()}) return ${this.number(scope, 2)}`
            },
            () => `switch (number(${this.number(scope, 1)}) & 3) {
case 0: {\n${block()}break\n}
case ${1 + this.random.below(2)}: {\n${block()}break\n}
default: {\n${block()}}
}`
        )
    }

    private attempt(scope: Scope, depth: number): string {
        const block = (inner = scope) => this.block(inner, 2, depth)
        // a jump out of a finally ends what the VM is at, and nobody writes it
        const last = { ...scope, isInLoop: false, mayReturn: false }
        const thrown = `if (${this.condition(scope, 1)}) throw new Error(text(${this.number(scope, 1)}))`
        const end =
            this.random.below(2) === 0 ? ` finally {\n${block(last)}}` : ""
        return `try {\n${block()}${thrown}
} catch (e: any) {\nout("caught " + e.message)\n${block()}}${end}`
    }
}
