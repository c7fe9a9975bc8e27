import {
    CALL_COST,
    type Callable,
    CALLBACK_COST,
    type Context,
    type Frame,
    type Parameter,
} from "./context.ts"
import {
    allMethods,
    condition,
    expressionOf,
    FIELDS,
    list,
} from "./expressions.ts"
import { body, instance, thrown, trace, TYPES } from "./statements.ts"
import {
    type Expression,
    join,
    type Part,
    type Statement,
    statement,
    statements,
} from "./tree.ts"

/** A function is small enough to be inlined, or large. */
const SMALL = { limit: 60, lineLimit: 0, room: 2, statements: [0, 1] }
const MIDDLE = { limit: 500, lineLimit: 2, room: 10, statements: [1, 5] }
const LARGE = { limit: 4000, lineLimit: 12, room: 30, statements: [4, 9] }
/** Calls of a recursive function in one call from outside. */
const RECURSION_DEPTH = 5
/** Rounds of a loop that searches. */
const SEARCH_ROUNDS = 3
/** The compiler takes no more parameters. */
const MOST_PARAMETERS = 14

interface Parameters {
    text: Part
    kinds: Parameter[]
}

/** Declares parameters of all sorts. */
function parameters(
    context: Context,
    most = 4,
    same?: Parameter[]
): Parameters {
    const { random, taste } = context
    if (same) return sameParameters(context, same)
    // a class without a constructor cannot hand on more than eight
    const count =
        most > 3 && random.chance(0.04)
            ? random.between(9, MOST_PARAMETERS)
            : random.between(0, most)
    const kinds: Parameter[] = []
    const later: string[] = []
    const written = list(count, () => parameter(context, kinds, later))
    if (random.chance(taste("rest") * 0.3)) {
        const name = context.name("r")
        context.declare({ name, type: "arr", assignable: true })
        kinds.push("rest")
        written.push(join([`...${name}: any[]`], ""))
    }
    // the compiler knows them only after the other parameters have their values
    for (const name of later)
        context.declare({ name, type: "any", assignable: true })
    return { text: join(written, ", "), kinds }
}

/** Parameters of a method that overrides one with these. */
function sameParameters(context: Context, kinds: Parameter[]): Parameters {
    const written = kinds.map(kind => {
        const name = context.name("p")
        const type = kind === "pattern" ? "obj" : kind
        if (type === "rest") {
            context.declare({ name, type: "arr", assignable: true })
            return join([`...${name}: any[]`], "")
        }
        if (type === "callback")
            context.declare({
                name,
                type: "fun",
                assignable: false,
                cost: CALLBACK_COST,
            })
        else context.declare({ name, type, assignable: true })
        return join([`${name}?: any`], "")
    })
    return { text: join(written, ", "), kinds }
}

function parameter(
    context: Context,
    kinds: Parameter[],
    later: string[]
): Expression {
    const { random, taste } = context
    const name = context.name("p")
    if (kinds.length === 0 && random.chance(0.1)) {
        const [a, b] = [context.name("v"), context.name("v")]
        later.push(a, b)
        kinds.push("pattern")
        return join([`{ ${FIELDS[0]}: ${a}, ${FIELDS[1]}: ${b} }: any`], "")
    }
    if (random.chance(0.08 * taste("closures"))) {
        context.declare({
            name,
            type: "fun",
            assignable: false,
            cost: CALLBACK_COST,
        })
        kinds.push("callback")
        return join([`${name}?: any`], "")
    }
    const type = random.pick(TYPES)
    kinds.push(type)
    const initial = random.chance(taste("defaults") * 0.3)
        ? expressionOf(context, type, 1)
        : undefined
    context.declare({ name, type, assignable: true })
    const typed = type === "num" ? "number" : "any"
    return initial
        ? join([`${name}: ${typed} = `, initial], "")
        : join([`${name}?: ${typed}`], "")
}

/** What a call of a function that was written in `frame` takes. */
function costOf({ cost, lines }: Frame): { cost: number; lines: number } {
    return { cost: Math.ceil(cost) + CALL_COST, lines }
}

/** Statements of a function, and its last one. */
function functionBody(context: Context, size: { statements: number[] }): Part {
    const { random } = context
    const [least, most] = size.statements as [number, number]
    const written: Statement[] = []
    const made = random.chance(0.3) && instance(context)
    if (made) written.push(made)
    written.push(...body(context, random.between(least, most)))
    if (!context.frame.valueless && random.chance(0.85))
        written.push(statement`return ${expressionOf(context, "any")}`)
    return statements(written)
}

function size(context: Context) {
    return context.random.weigh([
        [3, SMALL],
        [3, MIDDLE],
        [1, LARGE],
    ])
}

/** A function of the module. */
export function moduleFunction(context: Context): Statement {
    const { random, taste } = context
    if (random.chance(taste("recursion") * 0.15)) return recursion(context)
    if (random.chance(taste("returns") * 0.1)) return search(context)
    const async = random.chance(taste("fibers") * 0.25)
    const name = context.name(async ? "af" : "f")
    const chosen = size(context)
    const [written, frame] = context.inFunction({ ...chosen, async }, () => {
        // the value of a parameter cannot await
        context.frame.async = false
        const { text, kinds } = parameters(context)
        context.frame.async = async
        const written = functionBody(context, chosen)
        const head = async ? `async function ${name}(` : `function ${name}(`
        const type = async ? "Promise<any>" : "any"
        return {
            kinds,
            tree: statement`${head}${text}): ${type} {\n${written}\n}`,
        }
    })
    context.functions.push({
        name,
        parameters: written.kinds,
        async,
        rank: 0,
        ...costOf(frame),
    })
    return written.tree
}

/** A function that calls itself, with a depth that ends it. */
function recursion(context: Context): Statement {
    const name = context.name("f")
    const limit = 120
    const [tree, frame] = context.inFunction({ limit, lineLimit: 1 }, () => {
        const [depth, value] = [context.name("p"), context.name("p")]
        context.declare({ name: depth, type: "num", assignable: false })
        context.declare({ name: value, type: "any", assignable: true })
        const before = statements(body(context, context.random.between(0, 3)))
        const next = expressionOf(context, "any", 1)
        const after = expressionOf(context, "num", 1)
        return statement`function ${name}(${depth}: number, ${value}?: any): any {\nif (${depth} <= 0) return ${value}\n${before}\nreturn ${name}(${depth} - 1, ${next}) * 1 + ${after}\n}`
    })
    const { cost, lines } = costOf(frame)
    const called = context.name("f")
    context.functions.push({
        name: called,
        parameters: ["any"],
        async: false,
        rank: 0,
        cost: cost * RECURSION_DEPTH + CALL_COST,
        lines: lines * RECURSION_DEPTH,
    })
    const value = context.name("p")
    return statement`${tree}\nfunction ${called}(${value}?: any): any {\nreturn ${name}(${RECURSION_DEPTH - 1}, ${value})\n}`
}

/**
 * A function with several returns that one other calls, at one place: that one keeps what it gets over
 * other calls, and tests it again.
 */
function search(context: Context): Statement {
    const { random } = context
    const called = context.name("f")
    const [finder, { cost }] = context.inFunction(
        { limit: 200, lineLimit: 0 },
        () => {
            const at = context.name("p")
            context.declare({ name: at, type: "any", assignable: true })
            const returns = list(
                random.between(1, 3),
                () =>
                    statement`if (${condition(context, 1)}) return ${expressionOf(context, "any", 1)}`
            )
            return statement`function ${called}(${at}?: any): any {\n${statements(returns)}\nreturn ${expressionOf(context, "any", 2)}\n}`
        }
    )
    const name = context.name("f")
    const [caller, frame] = context.inFunction(MIDDLE, () => {
        const [at, other] = [context.name("p"), context.name("p")]
        for (const parameter of [at, other])
            context.declare({ name: parameter, type: "any", assignable: true })
        const found = context.name("v")
        const set = () =>
            statement`${random.pick([at, other])} = ${expressionOf(context, "any", 1)}`
        const inner = context.repeated(SEARCH_ROUNDS, true, () => {
            context.declare({ name: found, type: "any", assignable: true })
            context.spend(cost + CALL_COST)
            const get = statement`${found} = ${called}(${at})`
            // a call of the VM's own, which is never inlined
            const part = (of: string) =>
                `("" + ${of}).slice(${random.between(0, 2)})`
            const tests = statement`if (!${found}) ${set()}\nelse if (${part(found)} === ${part(at)}) ${set()}\nelse if (${part(found)} === ${part(other)}) ${set()}`
            const ends = [
                statement`if (${other}) return ${other}`,
                statement`if (!${found}) return ${expressionOf(context, "any", 1)}`,
            ]
            return statement`let ${found}: any = undefined\nif (${at} && !${other}) {\n${get}\n${tests}\n}\n${statements(body(context, random.between(0, 2)))}\n${statements(ends)}\n${at} = ${found}`
        })
        return statement`function ${name}(${at}?: any, ${other}?: any): any {\nfor (let n = 0; n < ${SEARCH_ROUNDS}; ++n) {\n${inner}\n}\nreturn ${at}\n}`
    })
    context.functions.push({
        name,
        parameters: ["any", "any"],
        async: false,
        rank: 0,
        ...costOf(frame),
    })
    return statement`${finder}\n${caller}`
}

/** A function to be started as a fiber: it lets nothing out. */
export function fiber(context: Context): Statement {
    const name = context.name("s")
    const [written, frame] = context.inFunction(
        { ...MIDDLE, async: true, valueless: true },
        () => {
            const value = context.name("p")
            context.declare({ name: value, type: "any", assignable: true })
            const inner = statements([
                statement`await ds.sleep(${context.random.between(0, 5) * 5})`,
                ...body(context, context.random.between(1, 5)),
                trace(context),
            ])
            return statement`async function ${name}(${value}?: any): Promise<void> {\ntry {\n${inner}\n} catch (e: any) {\nconsole.log("${name}", show(e))\n}\n}`
        }
    )
    const callable: Callable = {
        name,
        parameters: ["any"],
        async: true,
        rank: 0,
        ...costOf(frame),
    }
    context.functions.push(callable)
    return written
}

/** A class, maybe one that extends another. */
export function classOf(context: Context): Statement {
    const { random, taste } = context
    const name = context.name("C")
    const base =
        context.classes.length > 0 && random.chance(0.5 * taste("inheritance"))
            ? random.pick(context.classes)
            : undefined
    const added = list(random.between(0, 3), () => context.name("field"))
    const fields = [...(base?.fields ?? []), ...added]
    const info = {
        name,
        base,
        fields,
        methods: [] as Callable[],
        constructor_: {
            name,
            parameters: [],
            async: false,
            rank: 0,
            cost: CALL_COST,
            lines: 0,
        } as Callable,
    }
    const members: Statement[] = []
    let fieldCost = 0
    for (const field of added) {
        // no variable of the module may be in sight that is not yet set
        const [initial, frame] = context.inFunction(
            { limit: 30, lineLimit: 0 },
            () =>
                random.chance(0.6)
                    ? expressionOf(context, random.pick(TYPES), 1)
                    : undefined
        )
        fieldCost += frame.cost
        members.push(
            initial
                ? statement`${field}: any = ${initial}`
                : statement`${field}: any`
        )
    }
    members.push(...constructorOf(context, info, fieldCost))
    for (let i = random.between(1, 4); i > 0; i--)
        members.push(method(context, info))
    context.classes.push(info)
    const doc = random.chance(0.3) ? "/** @devsWhenUsed */\n" : ""
    const inherits = base ? ` extends ${base.name}` : ""
    return statement`${doc}class ${name}${inherits} {\n${statements(members)}\n}`
}

type Writable = Context["classes"][number]

function constructorOf(
    context: Context,
    info: Writable,
    fieldCost: number
): Statement[] {
    const { random } = context
    const { base } = info
    const inherited = base?.constructor_
    if (random.chance(0.3)) {
        // the base's constructor gets what is given
        info.constructor_ = {
            ...(inherited ?? info.constructor_),
            name: info.name,
            cost: (inherited?.cost ?? CALL_COST) + fieldCost,
        }
        return []
    }
    const frame = { limit: 200, lineLimit: 1, this: info, valueless: true }
    const [written, used] = context.inFunction(frame, () => {
        const own = parameters(context, 3)
        const first: Statement[] = []
        if (inherited) {
            const given = inherited.parameters
                .filter(p => p !== "rest")
                .map(p =>
                    expressionOf(
                        context,
                        p === "callback" || p === "pattern"
                            ? "obj"
                            : (p as "any"),
                        1
                    )
                )
            first.push(statement`super(${join(given.slice(0, 8), ", ")})`)
            context.spend(inherited.cost, inherited.lines)
        }
        for (const field of info.fields)
            if (random.chance(0.5))
                first.push(
                    statement`this.${field} = ${expressionOf(context, "any", 1)}`
                )
        if (random.chance(0.1))
            first.push(
                statement`if (${expressionOf(context, "bool", 1)}) ${thrown(context)}`
            )
        first.push(...body(context, random.between(0, 3)))
        return {
            kinds: own.kinds,
            tree: statement`constructor(${own.text}) {\n${statements(first)}\n}`,
        }
    })
    const { cost, lines } = costOf(used)
    info.constructor_ = {
        name: info.name,
        parameters: written.kinds,
        async: false,
        rank: 0,
        cost: cost + fieldCost,
        lines,
    }
    return [written.tree]
}

/** Names that several classes, arrays and buffers have, and names that one class has. */
const SHARED = ["get", "add", "at", "run", "push", "slice", "reset"]

function method(context: Context, info: Writable): Statement {
    const { random } = context
    const names = new Set(info.methods.map(m => m.name))
    const shared = SHARED.filter(name => !names.has(name))
    const inheritedNames = inheritedMethods(info)
    const name =
        inheritedNames.length > 0 && random.chance(0.3)
            ? random.pick(inheritedNames)
            : random.chance(0.25) && shared.length > 0
              ? random.pick(shared)
              : context.name("m")
    if (names.has(name)) return method(context, info)
    const overridden = allMethods(info).find(m => m.name === name)
    const chosen = random.chance(0.7) ? SMALL : MIDDLE
    const rank = overridden?.rank ?? allMethods(info).length + 1
    const [written, frame] = context.inFunction(
        { ...chosen, this: info, rank },
        () => {
            const { text, kinds } = parameters(
                context,
                3,
                overridden?.parameters
            )
            const kept = functionBody(context, chosen)
            const head = overridden ? "override " : ""
            // a method that needs its object at once may be called plainly
            const field = random.chance(0.6) && random.pick(info.fields)
            const first = field ? `this.${field} = this.${field}\n` : ""
            return {
                kinds,
                tree: statement`${head}${name}(${text}): any {\n${first}${kept}\n}`,
            }
        }
    )
    info.methods.push({
        name,
        parameters: written.kinds,
        async: false,
        rank,
        ...costOf(frame),
    })
    return written.tree
}

function inheritedMethods(info: Writable): string[] {
    const names: string[] = []
    for (let at = info.base; at; at = at.base)
        names.push(...at.methods.map(m => m.name))
    return names
}
