import {
    CALL_COST,
    CALLBACK_COST,
    type Callable,
    type ClassInfo,
    type Context,
    EXPRESSION_COST,
    type Parameter,
    type Variable,
} from "./context.ts"
import { buffer, number, text } from "./literals.ts"
import { type Expression, expression, join, type Type } from "./tree.ts"

/** Expressions are no deeper than this, as a rule. */
const DEPTH = 3
/** Depth of a few of them, to get near the depth of the VM's stack. */
const DEEP = 14
const DEEP_ODDS = 0.02
/** Names of fields, in objects and in classes. */
export const FIELDS = ["a", "b", "c", "length2", "size", "next"]
const ANY: Type[] = ["num", "num", "str", "bool", "any", "any", "arr", "obj"]

type Write = () => Expression
type Option = readonly [number, Write]

/** An expression of a type, with whatever is in sight here. */
export function expressionOf(
    context: Context,
    type: Type,
    depth = context.random.chance(DEEP_ODDS) ? DEEP : DEPTH
): Expression {
    context.spend(EXPRESSION_COST)
    if (
        depth <= 0 ||
        !context.affords(CALL_COST) ||
        context.random.chance(0.15)
    )
        return leaf(context, type)
    const options = [...WRITERS[type](context, depth - 1)]
    options.push([2, () => leaf(context, type)])
    options.push(...common(context, type, depth - 1))
    return context.random.weigh(options)()
}

function leaf(context: Context, type: Type): Expression {
    const { random } = context
    const fitting = context.visible(v => v.type === type)
    if (fitting.length > 0 && random.chance(0.7))
        return variable(random.pick(fitting))
    switch (type) {
        case "num":
            return number(context)
        case "bool":
            return expression(type)`${random.pick(["true", "false"])}`
        case "str":
            return expression(type)`${text(context)}`
        case "arr":
            return expression(
                type
            )`([${random.between(0, 3)}, ${number(context)}] as any[])`
        case "obj":
            return expression(
                type
            )`({ a: ${number(context)}, b: ${text(context)} } as any)`
        case "buf":
            return buffer(context)
        case "any":
            if (random.chance(0.3))
                return expression(type)`${random.pick(["undefined", "null"])}`
            return leaf(context, random.pick(ANY))
    }
}

function variable({ name, type }: Variable): Expression {
    return expression(type === "fun" ? "any" : type)`${name}`
}

/** What can be of any type: a choice, an assignment, a call, a field. */
function common(context: Context, type: Type, depth: number): Option[] {
    const { random, taste } = context
    const of = (t: Type) => expressionOf(context, t, depth)
    const tree = expression(type)
    const options: Option[] = [
        [
            taste("conditional"),
            () =>
                tree`(${condition(context, depth)} ? ${of(type)} : ${of(type)})`,
        ],
        [0.2, () => tree`(keep(${of("any")}), ${of(type)})`],
    ]
    const targets = context.visible(v => v.type === type && v.assignable)
    if (targets.length > 0 && type !== "str" && type !== "arr")
        options.push([
            taste("assigned"),
            () => tree`(${random.pick(targets).name} = ${of(type)})`,
        ])
    if (type === "any" || type === "num") {
        const to = (e: Expression) =>
            type === "any"
                ? e
                : tree`((${e} as any) ${random.pick(["- 1", "| 0", "* 2"])})`
        for (const call of callOptions(context, depth))
            options.push([call[0], () => to(call[1]())])
    }
    return options
}

/**
 * A condition of any type: the VM has its own rules for what is true. The cast keeps TypeScript
 * from objecting that an object is always true.
 */
export function condition(context: Context, depth: number): Expression {
    const type = context.random.weigh<Type>([
        [5, "bool"],
        [1.5, "num"],
        [1, "any"],
        [0.5, "str"],
        [0.2, "arr"],
    ])
    const tested = expressionOf(context, type, depth)
    return expression("bool")`(${tested} as any)`
}

const WRITERS: Record<Type, (context: Context, depth: number) => Option[]> = {
    num(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const n = expression("num")
        const counters = context.visible(v => v.type === "num" && v.assignable)
        const options: Option[] = [
            [
                4,
                () => n`(${of("num")} ${random.pick(ARITHMETIC)} ${of("num")})`,
            ],
            [
                1,
                () =>
                    n`((${of("any")} as any) ${random.pick(["-", "*", "|"])} ${of("num")})`,
            ],
            [2, () => n`(${of("num")} ${random.pick(BITWISE)} ${of("num")})`],
            [
                0.5,
                () =>
                    n`(${of("num")} ${random.pick(SHIFTS)} ${random.between(0, 31)})`,
            ],
            [0.7, () => n`(${random.pick(["-", "+", "~"])}(${of("num")}))`],
            [0.5, () => n`Math.${random.pick(MATH)}(${of("num")})`],
            [
                0.4,
                () =>
                    n`Math.${random.pick(["min", "max", "imul"])}(${of("num")}, ${of("num")})`,
            ],
            [0.6, () => n`${of("arr")}.length`],
            [
                0.6,
                () => n`${of("str")}.${random.pick(["length", "byteLength"])}`,
            ],
            [0.3, () => n`${of("str")}.indexOf(${of("str")})`],
            [
                0.3,
                () =>
                    n`${of("buf")}.getAt(${random.between(0, 2)}, "${random.pick(FORMATS)}")`,
            ],
            [0.3, () => n`${of("arr")}.indexOf(${of("any")})`],
            [
                taste("nullish") * 0.5,
                () =>
                    n`(${of("num")} ${random.pick(["??", "||", "&&"])} ${of("num")})`,
            ],
        ]
        if (counters.length > 0) {
            const { name } = random.pick(counters)
            options.push([
                taste("assigned"),
                () =>
                    n`${random.pick([`${name}++`, `++${name}`, `${name}--`, `--${name}`])}`,
            ])
        }
        return options
    },
    bool(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const b = expression("bool")
        return [
            [
                3,
                () =>
                    b`(${of("num")} ${random.pick(["<", "<=", ">", ">="])} ${of("num")})`,
            ],
            [
                2,
                () =>
                    b`((${of("any")} as any) ${random.pick(["===", "!=="])} ${of("any")})`,
            ],
            [
                1,
                () =>
                    b`((${of("num")} as any) ${random.pick(["===", "!=="])} ${of("num")})`,
            ],
            [
                0.7,
                () =>
                    b`((${of("any")} as any) ${random.pick(["==", "!="])} ${random.pick(["null", "undefined"])})`,
            ],
            [
                2 * taste("lazy"),
                () =>
                    b`(${of("bool")} ${random.pick(["&&", "||"])} ${of("bool")})`,
            ],
            [
                taste("lazy"),
                () => b`(${of("bool")} && ${of("bool")} && ${of("bool")})`,
            ],
            [1, () => b`!${condition(context, depth)}`],
            [0.5, () => b`!!${condition(context, depth)}`],
            [
                0.5,
                () =>
                    b`(typeof (${of("any")} as any) === "${random.pick(TYPES)}")`,
            ],
            [0.3, () => b`${of("str")}.includes(${of("str")})`],
            [0.3, () => b`isNaN(${of("num")})`],
            [
                0.3,
                () =>
                    b`((${of("any")} as any) instanceof ${random.pick(["Error", ...context.classes.map(c => c.name)])})`,
            ],
            [
                0.2,
                () =>
                    b`${of("arr")}.${random.pick(["some", "every"])}(${callback(context, 1, depth)})`,
            ],
        ]
    },
    str(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const s = expression("str")
        const part = () => of(random.pick<Type>(["num", "str", "any", "bool"]))
        return [
            [
                2,
                () =>
                    s`cut(${of("str")} + ${of(random.pick<Type>(["str", "num", "any"]))})`,
            ],
            [
                2 * taste("templates"),
                () =>
                    s`cut(\`${random.pick(["", "v", "\u00e9"])}\${${part()}}-\${${part()}}\`)`,
            ],
            [0.6, () => s`${of("str")}.slice(${random.between(-2, 3)})`],
            [0.4, () => s`${of("str")}.charAt(${of("num")})`],
            [
                0.3,
                () =>
                    s`${of("str")}.${random.pick(["toUpperCase", "toLowerCase", "trim"])}()`,
            ],
            [0.4, () => s`cut(${of("arr")}.join(${text(context)}))`],
            [0.4, () => s`(typeof (${of("any")} as any))`],
            [0.2, () => s`${of("buf")}.toString("hex")`],
            [0.2, () => s`String.fromCharCode(${random.between(65, 90)})`],
            [
                taste("nullish") * 0.4,
                () =>
                    s`(${of("str")} ${random.pick(["??", "||", "&&"])} ${of("str")})`,
            ],
        ]
    },
    any(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const a = expression("any")
        const field = () => random.pick(FIELDS)
        const options: Option[] = [
            [3, () => of(random.pick(ANY))],
            [taste("nullish"), () => a`(${of("any")} ?? ${of("any")})`],
            [
                taste("lazy"),
                () =>
                    a`((${of("any")} as any) ${random.pick(["&&", "||"])} ${of("any")})`,
            ],
            [1.5, () => a`(${of("obj")} as any).${field()}`],
            [0.5, () => a`(${of("obj")} as any)[${text(context)}]`],
            [1, () => a`${of("arr")}[${of("num")}]`],
            [0.4, () => a`${of("arr")}.at(${random.between(-3, 3)})`],
            [0.5, () => a`${of("buf")}[${random.between(0, 7)}]`],
            [0.3, () => a`${of("arr")}.${random.pick(["pop", "shift"])}()`],
            [0.3, () => a`${of("arr")}.find(${callback(context, 1, depth)})`],
            [
                0.3,
                () =>
                    a`${of("arr")}.reduce(${callback(context, 2, depth)}, ${of("num")})`,
            ],
            [0.03, () => a`(${of("any")} as any).${field()}`],
            [
                0.2,
                () =>
                    a`JSON.parse("[1, {\\"a\\": 2}]")[${random.between(0, 2)}]`,
            ],
            [0.4, () => newError(context, depth)],
            [taste("nullish"), () => a`(none(${of("num")}) ?? ${of("any")})`],
            [taste("nullish") * 0.5, () => a`none(${of("num")})`],
        ]
        const objects = context.visible(
            v => v.type === "obj" || v.type === "any"
        )
        if (objects.length > 0) {
            const { name } = random.pick(objects)
            options.push(
                [taste("chains"), () => a`(${name} as any)?.${field()}`],
                [
                    taste("chains"),
                    () => a`(${name} as any)?.${field()}?.${field()}`,
                ],
                [
                    taste("chains") * 0.5,
                    () => a`(${name} as any)?.[${random.between(0, 2)}]`,
                ]
            )
        }
        return options
    },
    arr(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const a = expression("arr")
        const element = () =>
            of(random.pick<Type>(["num", "num", "str", "any"]))
        return [
            [
                2,
                () =>
                    a`([${join(list(random.between(0, 5), element), ", ")}] as any[])`,
            ],
            [
                0.3,
                () =>
                    a`([${join(
                        list(random.between(6, 20), () => leaf(context, "num")),
                        ", "
                    )}] as any[])`,
            ],
            [
                taste("spread"),
                () =>
                    a`([${element()}, ...${of("arr")}, ${element()}] as any[]).slice(0, 6)`,
            ],
            [0.7, () => a`${of("arr")}.slice(${random.between(0, 2)})`],
            [
                0.7,
                () =>
                    a`${of("arr")}.${random.pick(["map", "filter"])}(${callback(context, 2, depth)})`,
            ],
            [
                0.2,
                () =>
                    a`${of("arr")}.slice().sort((l: any, r: any): number => l - r)`,
            ],
            [
                0.2,
                () =>
                    a`(Object.${random.pick(["keys", "values"])}(${of("obj")}) as any[])`,
            ],
            [
                0.2,
                () =>
                    a`(${of("str")}.split(${random.pick(['"a"', '""', '","'])}).slice(0, 6) as any[])`,
            ],
        ]
    },
    obj(context, depth) {
        const { random, taste } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const o = expression("obj")
        const field = () => {
            const name = random.pick(FIELDS)
            return expression("any")`${name}: ${of("any")}`
        }
        const options: Option[] = [
            [
                2,
                () =>
                    o`({ ${join(fields(random.between(0, 4), field), ", ")} } as any)`,
            ],
            [
                taste("spread"),
                () => o`({ ...${of("obj")}, ${field()} } as any)`,
            ],
            [0.2, () => o`Object.assign(${of("obj")} as any, ${of("obj")})`],
        ]
        if (context.classes.length > 0)
            options.push([
                taste("classes") * 2,
                () => construct(context, depth),
            ])
        return options
    },
    buf(context, depth) {
        const { random } = context
        const of = (t: Type) => expressionOf(context, t, depth)
        const b = expression("buf")
        return [
            [
                1,
                () =>
                    b`Buffer.from([${join(
                        list(random.between(1, 5), () => of("num")),
                        ", "
                    )}])`,
            ],
            [0.5, () => b`Buffer.from(${of("str")})`],
            [0.5, () => b`${of("buf")}.slice(${random.between(0, 2)})`],
            [0.2, () => b`${of("buf")}.concat(${of("buf")}).slice(0, 8)`],
        ]
    },
}

const ARITHMETIC = ["+", "+", "-", "*", "/", "%", "-", "+"]
const BITWISE = ["&", "|", "^"]
const SHIFTS = ["<<", ">>", ">>>"]
const MATH = ["abs", "floor", "round", "sign", "sqrt", "ceil"]
const FORMATS = ["u8", "u16", "i8", "u32", "i16"]
const TYPES = ["number", "string", "undefined", "object", "boolean", "function"]

/** Parameters that may be left out. */
const CAN_MISS = new Set<Parameter | undefined>(["num", "any", "bool"])

export function list<T>(count: number, write: () => T): T[] {
    return Array.from({ length: count }, write)
}

/** Fields of a literal, each name once. */
function fields(count: number, write: Write): Expression[] {
    const seen = new Set<string>()
    return list(count, write).filter(({ parts }) => {
        const name = parts[1] as string
        return !seen.has(name) && seen.add(name)
    })
}

/** An error to throw or to keep. */
export function newError(context: Context, depth: number): Expression {
    const kind = context.random.pick(["Error", "RangeError", "TypeError"])
    return expression(
        "any"
    )`new ${kind}(${expressionOf(context, "str", depth)})`
}

/** A function of some parameters, for `map` and its like. */
export function callback(
    context: Context,
    parameters: number,
    depth: number
): Expression {
    const times = 4
    if (!context.affords(CALLBACK_COST * times))
        return expression("any")`(x: any): any => x`
    return context.repeated(times, false, () =>
        context.grammar.closure(parameters, Math.min(depth, 1))
    )
}

/** Calls of what can be called here and is not too much for it. */
function callOptions(context: Context, depth: number): Option[] {
    const { random, taste } = context
    const a = expression("any")
    const options: Option[] = []
    const functions = context.functions.filter(f => callable(context, f))
    if (functions.length > 0) {
        const called = random.pick(functions)
        options.push([
            taste("calls") * 3,
            () => awaited(called, call(context, called.name, called, depth)),
        ])
    }
    const closures = context.visible(
        v => v.type === "fun" && context.affords(v.cost! + CALL_COST)
    )
    if (closures.length > 0)
        options.push([
            taste("closures") * 2,
            () => {
                const { name, cost } = random.pick(closures)
                context.spend(cost! + CALL_COST)
                const argument = () => expressionOf(context, "any", depth)
                // TypeScript may take it for `never` where it thinks that no way leads
                return a`(${name} as any)(${join(list(random.between(0, 2), argument), ", ")})`
            },
        ])
    const method = methodCall(context, depth)
    if (method) options.push([taste("classes") * 3, method])
    if (context.affords(CALLBACK_COST))
        options.push([
            taste("closures") * 0.4,
            () => {
                const closure = context.grammar.closure(1, 1)
                return a`(${closure})(${expressionOf(context, "any", depth)})`
            },
        ])
    return options
}

function callable(context: Context, { async, cost, lines }: Callable): boolean {
    return (
        (!async || context.frame.async) &&
        context.affords(cost + CALL_COST, lines)
    )
}

/** A call of a method of something of which the class is known, or guessed. */
function methodCall(context: Context, depth: number): Write | undefined {
    const { random, taste } = context
    const { frame } = context
    const instances = context.visible(v => !!v.instance)
    const own = frame.this
    const choices = [
        ...instances.map(v => [v.name, v.instance!] as const),
        ...(own ? [["this", own] as const] : []),
    ]
    if (choices.length === 0) return undefined
    const [receiver, info] = random.pick(choices)
    const methods = allMethods(info).filter(
        m =>
            callable(context, m) && (receiver !== "this" || m.rank < frame.rank)
    )
    if (methods.length === 0) return undefined
    const method = random.pick(methods)
    const a = expression("any")
    return () => {
        const name = random.weigh([
            [8, `${receiver}.${method.name}`],
            [taste("untyped"), `(${receiver} as any).${method.name}`],
            [taste("untyped"), `(${receiver} as any)["${method.name}"]`],
        ])
        return awaited(method, call(context, name, method, depth), a)
    }
}

/** The methods of a class, inherited ones too; of two with a name the nearer one. */
export function allMethods(info: ClassInfo): Callable[] {
    const inherited = info.base ? allMethods(info.base) : []
    const own = new Set(info.methods.map(m => m.name))
    return [...inherited.filter(m => !own.has(m.name)), ...info.methods]
}

function awaited(
    { async }: Callable,
    called: Expression,
    tree = expression("any")
): Expression {
    return async ? tree`((await ${called}) as any)` : called
}

/** A call, with the cost of it taken. */
export function call(
    context: Context,
    name: string,
    called: Callable,
    depth: number,
    operator = ""
): Expression {
    const { random } = context
    context.spend(called.cost + CALL_COST, called.lines)
    const given = called.parameters.flatMap(parameter => {
        if (parameter === "rest")
            return list(random.between(0, 3), () =>
                expressionOf(context, "any", depth)
            )
        return [argument(context, parameter, depth)]
    })
    const e = expression("any")
    // eight go the short way, more as an array
    if (given.length > 8 || random.chance(0.05))
        return e`${operator}(${name} as any)(...[${join(given, ", ")}])`
    // what is left out is undefined, which is no good text or list
    while (
        random.chance(0.1) &&
        given.length > 0 &&
        CAN_MISS.has(called.parameters[given.length - 1])
    )
        given.pop()
    if (given.length < 7 && random.chance(0.04)) {
        given.push(expressionOf(context, "any", 0))
        return e`${operator}(${name} as any)(${join(given, ", ")})`
    }
    return e`${operator}${name}(${join(given, ", ")})`
}

function argument(
    context: Context,
    parameter: Exclude<Callable["parameters"][number], "rest">,
    depth: number
): Expression {
    if (parameter === "callback") return callback(context, 1, depth)
    if (parameter === "pattern") return expressionOf(context, "obj", depth)
    return expressionOf(context, parameter, depth)
}

/** A new object of a class. */
export function construct(context: Context, depth: number): Expression {
    const { random } = context
    const possible = context.classes.filter(c =>
        callable(context, c.constructor_)
    )
    if (possible.length === 0) return leaf(context, "obj")
    const { name, constructor_ } = random.pick(possible)
    return {
        ...call(context, name, constructor_, depth, "new "),
        type: "obj",
    }
}
