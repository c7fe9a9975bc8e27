import { costedClosure } from "./closures.ts"
import { CALL_COST, type Context, STATEMENT_COST } from "./context.ts"
import {
    condition,
    construct,
    expressionOf,
    FIELDS,
    list,
    newError,
} from "./expressions.ts"
import { number, text } from "./literals.ts"
import {
    type Expression,
    join,
    type Part,
    type Statement,
    type Statements,
    statement,
    statements,
    type Type,
} from "./tree.ts"

/** Blocks stand in blocks no deeper than this. */
const DEPTH = 3
const LOOP_ROUNDS = 4
/** Steps of one round of a loop beside its body. */
const ROUND_COST = 12
/** Steps of a call of `mark`. */
const MARK_COST = 15
export const TYPES: Type[] = ["num", "num", "num", "str", "bool", "any", "any"]
const ALL_TYPES: Type[] = [...TYPES, "arr", "obj", "buf"]
const TYPE_NAMES: Record<Type, string> = {
    num: "number",
    bool: "boolean",
    str: "string",
    any: "any",
    arr: "any[]",
    obj: "any",
    buf: "Buffer",
}
const COMPOUND = ["+=", "-=", "*=", "|=", "^=", "&=", "<<=", "%="]

type Write = () => Statement
type Option = readonly [number, Write]

/** `count` statements, fewer when the function has spent its steps. */
export function block(context: Context, count: number): Statements {
    return context.scoped(() => statements(body(context, count)))
}

/** The same in the scope of whoever calls. */
export function body(context: Context, count: number): Statement[] {
    const written: Statement[] = []
    while (
        written.length < count &&
        context.frame.room > 0 &&
        context.affords(STATEMENT_COST * 4)
    )
        written.push(anyStatement(context))
    return written
}

function anyStatement(context: Context): Statement {
    context.spend(STATEMENT_COST)
    const { frame, random } = context
    frame.room--
    const options = [...simple(context), ...jumps(context)]
    if (frame.depth < DEPTH) options.push(...compound(context))
    if (frame.async) options.push(...waits(context))
    return random.weigh(options)()
}

/** Declares a variable with a value, or without one. */
export function declaration(context: Context, type: Type): Statement {
    const { random } = context
    const name = context.name("v")
    const typed = `${name}: ${TYPE_NAMES[type]}`
    // its value cannot use it
    const unset = type === "any" || type === "num" ? 0.25 : 0.02
    const value = random.chance(unset) ? undefined : expressionOf(context, type)
    context.declare({ name, type, assignable: true })
    return value ? statement`let ${typed} = ${value}` : statement`let ${typed}`
}

function simple(context: Context): Option[] {
    const { random, taste } = context
    const any = (type: Type = "any") => expressionOf(context, type)
    const options: Option[] = [
        [4, () => declaration(context, random.pick(ALL_TYPES))],
        [taste("copies") * 2, () => copies(context)],
        [0.5, () => constant(context)],
        [1, () => statement`keep(${any()})`],
        [2, () => mark(context)],
        [taste("patterns"), () => pattern(context)],
    ]
    const assignable = context.visible(v => v.assignable && v.type !== "fun")
    if (assignable.length > 0) {
        const { name, type } = random.pick(assignable)
        options.push([5, () => statement`${name} = ${any(type as Type)}`])
        if (type === "num")
            options.push(
                [
                    2,
                    () =>
                        statement`${name} ${random.pick(COMPOUND)} ${any("num")}`,
                ],
                [1, () => statement`${name}${random.pick(["++", "--"])}`]
            )
    }
    options.push(...places(context))
    if (context.affords(30, 1)) options.push([3, () => trace(context)])
    if (context.frame.depth < DEPTH && context.affords(CALL_COST * 4))
        options.push(
            [taste("closures") * 1.5, () => closure(context)],
            [taste("closures") * 1.5, () => counter(context)]
        )
    return options
}

/** Sets in arrays, buffers and objects. */
function places(context: Context): Option[] {
    const { random } = context
    const any = (type: Type = "any") => expressionOf(context, type)
    const options: Option[] = []
    const field = () => random.pick(FIELDS)
    for (const { name, type, instance } of context.visible(() => true)) {
        if (type === "arr")
            options.push(
                [
                    0.4,
                    () =>
                        statement`${name}[${random.between(0, 3)}] = ${any()}`,
                ],
                [0.4, () => statement`${name}.push(${any("num")}, ${any()})`]
            )
        if (type === "obj")
            options.push(
                [0.4, () => statement`${name}.${field()} = ${any()}`],
                [0.1, () => statement`delete ${name}.${field()}`],
                [
                    0.2,
                    () =>
                        statement`${name}.${field()} ${random.pick(COMPOUND)} ${any("num")}`,
                ]
            )
        if (type === "buf")
            options.push(
                [
                    0.4,
                    () =>
                        statement`${name}[${random.between(0, 2)}] = ${any("num")}`,
                ],
                [
                    0.3,
                    () =>
                        statement`${name}.setAt(${random.between(0, 4)}, "${random.pick(["u8", "u16", "i32"])}", ${any("num")})`,
                ]
            )
        if (instance)
            options.push([
                0.3,
                () =>
                    statement`;(${name} as any).${random.pick([...instance.fields, field()])} = ${any()}`,
            ])
    }
    const info = context.frame.this
    if (info && info.fields.length > 0)
        options.push(
            [2, () => statement`this.${random.pick(info.fields)} = ${any()}`],
            [1, () => statement`this.${random.pick(info.fields)}++`]
        )
    return options
}

/** What a compiler leaves behind: copies, and values that are never read. */
function copies(context: Context): Statement {
    const { random } = context
    const type = random.pick(TYPES)
    const first = context.name("v")
    const parts = [
        statement`let ${first}: any = ${expressionOf(context, type)}`,
    ]
    context.declare({ name: first, type: "any", assignable: true })
    let last = first
    for (let i = random.between(1, 3); i > 0; i--) {
        const next = context.name("v")
        parts.push(statement`let ${next}: any = ${last}`)
        context.declare({ name: next, type: "any", assignable: true })
        if (random.chance(0.4))
            parts.push(
                statement`${random.pick([first, last, next])} = ${expressionOf(context, "any", 1)}`
            )
        last = next
    }
    // one statement to the block around it, so that its names are in sight
    return { kind: "statement", parts: join(parts, "\n").parts }
}

function constant(context: Context): Statement {
    const name = context.name("k")
    const value = context.random.chance(0.5)
    const type = value ? "num" : "str"
    const literal = value ? number(context) : text(context)
    context.declare({ name, type, assignable: false })
    return statement`const ${name} = ${literal}`
}

function pattern(context: Context): Statement {
    const { random } = context
    const declare = (type: Type) => {
        const name = context.name("v")
        return { name, type }
    }
    const kept: { name: string; type: Type }[] = []
    const add = (type: Type) => {
        const declared = declare(type)
        kept.push(declared)
        return declared.name
    }
    const written = random.chance(0.5)
        ? arrayPattern(context, add)
        : objectPattern(context, add)
    for (const { name, type } of kept)
        context.declare({ name, type, assignable: true })
    return written
}

type Add = (type: Type) => string

function arrayPattern(context: Context, add: Add): Statement {
    const { random } = context
    const value = expressionOf(context, "arr")
    const names = list(random.between(1, 3), () =>
        random.chance(0.15) ? "" : add("any")
    )
    names.push(random.chance(0.3) ? `...${add("arr")}` : add("any"))
    return statement`let [${names.join(", ")}]: any[] = ${value}`
}

function objectPattern(context: Context, add: Add): Statement {
    const { random } = context
    const value = expressionOf(context, "obj")
    const [a, b, c] = FIELDS
    const names = [`${a}: ${add("any")}`]
    if (random.chance(0.03)) names.push(`${b}: { ${c}: ${add("any")} }`)
    else names.push(`${b}: ${add("any")}`)
    if (random.chance(0.3)) names.push(`...${add("obj")}`)
    return statement`let { ${names.join(", ")} }: any = ${value}`
}

/** Prints what some expressions are. */
export function trace(context: Context): Statement {
    const { random } = context
    context.spend(30, 1)
    const values = list(random.between(1, 3), () =>
        expressionOf(context, random.pick(ALL_TYPES), 2)
    )
    return statement`console.log("${context.name("t")}", ${join(values, ", ")})`
}

function closure(context: Context): Statement {
    const { random } = context
    const [value, cost] = costedClosure(context, random.between(0, 3), 2)
    const name = context.name("c")
    context.declare({ name, type: "fun", assignable: false, cost })
    return statement`const ${name}: (...a: any[]) => any = ${value}`
}

/** A variable that closures read and write, also through others, and calls of them. */
function counter(context: Context): Statement {
    const { random } = context
    const type = random.pick<Type>(["num", "any"])
    const parts: Statement[] = []
    let captured = context
        .visible(
            v => v.type === type && v.assignable && !v.inLoop && v.level > 0
        )
        .map(v => v.name)
    if (
        context.frame.loops === 0 &&
        (captured.length === 0 || random.chance(0.5))
    ) {
        const name = context.name("v")
        parts.push(
            statement`let ${name}: any = ${expressionOf(context, type, 1)}`
        )
        context.declare({ name, type, assignable: true })
        captured = [name]
    }
    if (captured.length === 0) captured = ["state"]
    const variable = random.pick(captured)
    const [name, argument] = [context.name("c"), context.name("p")]
    const change = statement`${variable} = ((${variable} as any) ${random.pick(["+", "-", "^"])} ${argument}) as any`
    const written = random.chance(0.7)
        ? statement`{\n${change}\nreturn ${variable}\n}`
        : statement`{\nconst again = (): any => {\n${change}\nreturn ${variable}\n}\nagain()\nreturn again()\n}`
    parts.push(
        statement`const ${name}: (...a: any[]) => any = (${argument}?: any): any => ${written}`
    )
    const cost = CALL_COST * 4
    context.declare({ name, type: "fun", assignable: false, cost })
    for (let i = random.between(0, 2); i > 0; i--) {
        context.spend(cost)
        parts.push(statement`${name}(${expressionOf(context, "num", 1)})`)
    }
    context.spend(MARK_COST)
    if (random.chance(0.7)) parts.push(statement`mark(${variable})`)
    return { kind: "statement", parts: join(parts, "\n").parts }
}

function jumps(context: Context): Option[] {
    const { frame, taste } = context
    const guard = (jump: string | Expression) =>
        statement`if (${occasion(context)}) ${jump}`
    const options: Option[] = []
    if (frame.level > 0) {
        options.push(
            [taste("returns"), () => guard(returned(context))],
            [taste("throws"), () => guard(thrown(context))]
        )
        if (frame.depth > 0)
            options.push(
                [taste("returns") * 0.3, () => statement`${returned(context)}`],
                [taste("throws") * 0.3, () => statement`${thrown(context)}`]
            )
    }
    if (frame.loops > 0)
        for (const jump of ["break", "continue"])
            options.push(
                [taste("jumps"), () => guard(jump)],
                [taste("jumps") * 0.1, () => statement`${jump}`]
            )
    return options
}

/** A condition for a jump: in a loop often one round of it. */
function occasion(context: Context): Expression {
    const { random } = context
    const counters = context.visible(v => /^[iw]\d/.test(v.name))
    if (counters.length === 0 || random.chance(0.4))
        return condition(context, 2)
    const { name } = random.pick(counters)
    return join([`${name} === ${random.between(0, LOOP_ROUNDS - 1)}`], "")
}

function returned(context: Context): Expression {
    const value = expressionOf(context, "any", 2)
    return join(context.frame.valueless ? ["return"] : ["return ", value], "")
}

function bare(context: Context, type: Type): Expression {
    return join(["bare(", expressionOf(context, type, 1), ")"], "")
}

/**
 * Throws anything but an array or a buffer: the VM hangs the stack on what is thrown, and its
 * collector frees what hangs on those two while it is in use.
 */
export function thrown(context: Context): Expression {
    const { random } = context
    const value = random.weigh<() => Expression>([
        [4, () => newError(context, 1)],
        [1, () => expressionOf(context, "num", 1)],
        [1, () => expressionOf(context, "str", 1)],
        [0.5, () => bare(context, "any")],
        [0.5, () => bare(context, "obj")],
    ])()
    return join(["throw ", value], "")
}

function compound(context: Context): Option[] {
    const { taste } = context
    const options: Option[] = [
        [3, () => nested(context, () => choice(context))],
        [2 * taste("tries"), () => nested(context, () => attempt(context))],
        [1.5 * taste("tries"), () => nested(context, () => departure(context))],
        [taste("switches"), () => nested(context, () => selection(context))],
        [0.2, () => nested(context, () => statement`;{\n${inner(context)}\n}`)],
    ]
    if (context.affords((ROUND_COST + STATEMENT_COST * 4) * LOOP_ROUNDS))
        options.push([
            3 * taste("loops"),
            () => nested(context, () => loop(context)),
        ])
    return options
}

function nested(context: Context, write: Write): Statement {
    context.frame.depth++
    try {
        return context.scoped(write)
    } finally {
        context.frame.depth--
    }
}

function inner(context: Context): Statements {
    return block(context, context.random.between(1, 3))
}

function choice(context: Context): Statement {
    const { random } = context
    const c = () => condition(context, 2)
    const first = statement`if (${c()}) {\n${inner(context)}\n}`
    if (random.chance(0.4)) return first
    if (random.chance(0.7))
        return statement`${first} else {\n${inner(context)}\n}`
    return statement`${first} else if (${c()}) {\n${inner(context)}\n} else {\n${inner(context)}\n}`
}

function attempt(context: Context): Statement {
    const { random } = context
    const tried = statement`try {\n${risky(context)}\n}`
    const caught = () => statement`${tried} ${handler(context)}`
    if (random.chance(0.4)) return caught()
    const all = random.chance(0.5) ? caught() : tried
    const last = context.scoped(() =>
        statements([mark(context), ...body(context, random.between(0, 2))])
    )
    return statement`${all} finally {\n${last}\n}`
}

/**
 * A loop that is left, or a round of it, from within regions, while a variable changes on the way
 * and is read in the handlers and after them.
 */
function departure(context: Context): Statement {
    const { random } = context
    const [variable, counter] = [context.name("v"), context.name("i")]
    const first = statement`let ${variable}: any = ${expressionOf(context, "any", 1)}`
    context.declare({ name: variable, type: "any", assignable: true })
    const set = () =>
        statement`${variable} = ${expressionOf(context, random.pick(TYPES), 1)}`
    const read = () => statement`mark(${variable})`
    const leave = () => {
        const jump = random.weigh<() => Part>([
            [1, () => "break"],
            [1, () => "continue"],
            [1.5, () => thrown(context)],
            [context.frame.level > 0 ? 1.5 : 0, () => returned(context)],
        ])()
        return statement`if (${counter} ${random.pick(["===", ">="])} ${random.between(0, 2)}) ${jump}`
    }
    const some = (write: () => Statement, odds: number) =>
        random.chance(odds) ? [write()] : []
    const region = (depth: number): Statement => {
        const parts = context.scoped(() => [
            ...some(set, 0.6),
            ...body(context, random.between(0, 1)),
            ...(depth > 0 && random.chance(0.5) ? [region(depth - 1)] : []),
            ...some(leave, 0.7),
            ...some(set, 0.5),
            ...some(read, 0.5),
        ])
        const caught = random.chance(0.4)
        const name = context.name("e")
        const handler = caught
            ? statement` catch (${name}: any) {\n${statements([read(), statement`mark(show(${name}))`, ...some(set, 0.5), ...some(leave, 0.15)])}\n}`
            : ""
        const last =
            !caught || random.chance(0.5)
                ? statement` finally {\n${statements([read(), ...some(set, 0.4), ...context.scoped(() => body(context, random.between(0, 1))), ...some(leave, 0.1)])}\n}`
                : ""
        return statement`try {\n${statements(parts)}\n}${handler}${last}`
    }
    const rounds = 3
    context.spend(MARK_COST * 8 * rounds)
    const loop = context.repeated(rounds, true, () => {
        context.declare({ name: counter, type: "num", assignable: false })
        return statements([region(1), ...some(read, 0.5), ...some(set, 0.3)])
    })
    return statement`${first}\nfor (let ${counter} = 0; ${counter} < ${rounds}; ${counter}++) {\n${loop}\n}\nmark(${variable})`
}

/** Statements among which one jumps out, or throws, now and then. */
function risky(context: Context): Statements {
    const { random } = context
    return context.scoped(() => {
        const parts = body(context, random.between(0, 2))
        const leave: Option[] = jumps(context)
        leave.push(
            [
                0.5,
                () =>
                    statement`keep((none(${expressionOf(context, "num", 1)}) as any).a)`,
            ],
            [
                0.3,
                () =>
                    statement`if (${occasion(context)}) throw ${newError(context, 1)}`,
            ]
        )
        if (random.chance(0.7)) parts.push(random.weigh(leave)())
        parts.push(...body(context, random.between(0, 2)))
        return statements(parts)
    })
}

/** Leaves a mark that it ran, for the line of marks at the end. */
function mark(context: Context): Statement {
    context.spend(MARK_COST)
    const value = context.random.chance(0.3)
        ? expressionOf(context, "num", 1)
        : context.name("")
    return statement`mark(${value})`
}

function handler(context: Context): Statement {
    const { random } = context
    if (random.chance(0.2)) return statement`catch {\n${inner(context)}\n}`
    const name = context.name("e")
    return context.scoped(() => {
        context.declare({ name, type: "any", assignable: true })
        const parts: Statement[] = []
        if (context.affords(30, 1)) {
            context.spend(60, 1)
            parts.push(
                statement`console.log("${context.name("t")}", show(${name}))`
            )
        }
        parts.push(...body(context, random.between(0, 3)))
        if (context.frame.level > 0 && random.chance(0.2))
            parts.push(statement`throw bare(${name})`)
        return statement`catch (${name}: any) {\n${statements(parts)}\n}`
    })
}

function selection(context: Context): Statement {
    const { random } = context
    const type = random.pick<Type>(["num", "str", "any"])
    const value = expressionOf(context, type, 2)
    const cases = list(random.between(1, 5), () => {
        const label = expressionOf(context, type, random.chance(0.8) ? 0 : 1)
        // two labels for one case
        if (random.chance(0.2)) return statement`case ${label} as any:`
        return statement`case ${label} as any: {\n${inner(context)}\nbreak\n}`
    })
    const last = random.chance(0.7)
        ? statement`default: {\n${inner(context)}\n}`
        : statement`case ${expressionOf(context, type, 0)} as any: {\n${inner(context)}\n}`
    return statement`switch (${value} as any) {\n${statements([...cases, last])}\n}`
}

function loop(context: Context): Statement {
    const { random } = context
    const rounds = random.between(1, LOOP_ROUNDS)
    const write = random.weigh<(context: Context, rounds: number) => Statement>(
        [
            [3, countingLoop],
            [1.5, whileLoop],
            [2, elementLoop],
            [0.7, keyLoop],
        ]
    )
    return write(context, rounds)
}

/** The body of a loop, with what it takes to go round. */
function rounds(context: Context, count: number): Statements {
    context.spend(ROUND_COST * count)
    return context.repeated(count, true, () => inner(context))
}

function countingLoop(context: Context, count: number): Statement {
    const { random } = context
    const name = context.name("i")
    return inLoop(context, () => {
        context.declare({ name, type: "num", assignable: false })
        const written = rounds(context, count)
        return random.chance(0.8)
            ? statement`for (let ${name} = 0; ${name} < ${count}; ${name}++) {\n${written}\n}`
            : statement`for (let ${name} = ${count}; ${name} > 0; ${name} -= 1) {\n${written}\n}`
    })
}

function whileLoop(context: Context, count: number): Statement {
    const name = context.name("w")
    context.declare({ name, type: "num", assignable: false })
    const extra = context.random.chance(0.3)
        ? join([" && ", expressionOf(context, "bool", 1)], "")
        : ""
    const written = rounds(context, count)
    return statement`let ${name}: number = 0\nwhile (${name} < ${count}${extra}) {\n${name}++\n${written}\n}`
}

function elementLoop(context: Context, count: number): Statement {
    const { random } = context
    const name = context.name("x")
    const elements = random.chance(0.7)
        ? join(
              [
                  "([",
                  join(
                      list(count, () => expressionOf(context, "any", 1)),
                      ", "
                  ),
                  "] as any[])",
              ],
              ""
          )
        : join([expressionOf(context, "arr", 1), `.slice(0, ${count})`], "")
    return inLoop(context, () => {
        context.declare({ name, type: "any", assignable: true })
        return statement`for (${random.pick(["let", "let"])} ${name} of ${elements}) {\n${rounds(context, count)}\n}`
    })
}

function keyLoop(context: Context): Statement {
    const name = context.name("x")
    const object = expressionOf(context, "obj", 1)
    return inLoop(context, () => {
        context.declare({ name, type: "str", assignable: false })
        return statement`for (const ${name} in ${object}) {\n${rounds(context, FIELDS.length)}\n}`
    })
}

/** Names declared in its head belong to the loop. */
function inLoop(context: Context, write: Write): Statement {
    return context.repeated(1, true, write)
}

function waits(context: Context): Option[] {
    const { random, taste } = context
    const options: Option[] = [
        [
            taste("sleeps"),
            () => statement`await ds.sleep(${random.between(0, 4) * 5})`,
        ],
    ]
    const startable = context.functions.filter(
        f => f.async && f.name.startsWith("s")
    )
    if (startable.length > 0 && context.frame.times === 1)
        options.push([
            taste("fibers"),
            () => {
                const { name, parameters } = random.pick(startable)
                const given = parameters.map(() =>
                    expressionOf(context, "any", 1)
                )
                return statement`${name}.start(${join(given, ", ")})`
            },
        ])
    return options
}

/** Declares a variable that holds a new object. */
export function instance(context: Context): Statement | undefined {
    const { random } = context
    if (context.classes.length === 0) return undefined
    const value = construct(context, 1)
    const info = context.classes.find(c => value.parts.includes(c.name))
    if (!info) return undefined
    const name = context.name("o")
    context.declare({ name, type: "any", assignable: false, instance: info })
    return random.chance(0.5)
        ? statement`const ${name} = ${value}`
        : statement`const ${name}: any = ${value}`
}
