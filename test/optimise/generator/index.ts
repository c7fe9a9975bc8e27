/**
 * Generates programs in DeviceScript from a seed. They compile, end, stay within the limits of the
 * VM, print the same each time, and print what they compute; they are made to expose faults of
 * anything that rewrites their code.
 */
import { closureOf } from "./closures.ts"
import { type Callable, type ClassInfo, Context } from "./context.ts"
import { allMethods, call, expressionOf } from "./expressions.ts"
import { classOf, fiber, moduleFunction } from "./functions.ts"
import { Random } from "./random.ts"
import { block, body, instance, TYPES } from "./statements.ts"
import {
    type Statement,
    statement,
    type Statements,
    statements,
} from "./tree.ts"

export {
    type Expression,
    render,
    type Statement,
    type Statements,
    type Tree,
    type Type,
} from "./tree.ts"
export { Random } from "./random.ts"

/** One program in this many has more functions and texts than there are short numbers. */
const WIDE_EVERY = 20
const WIDE_FUNCTIONS = 260
/** How often a program has none of a kind of thing. */
const WITHOUT = 0.12
const SLEEP_AFTER_ALL_MS = 150

const PRELUDE = `import * as ds from "@devicescript/core"
const nan = 0 / 0
function keep(v: any): any {
    return v
}
function cut(s: any): string {
    return ("" + s).slice(0, 24)
}
function none(v: any): any {
    if (v === 1) return 1
    return v > 1 ? null : undefined
}
function bare(v: any): any {
    return Array.isArray(v) || v instanceof Buffer ? v.length : v
}
let state: any = 1
let trail = ""
function mark(v: any): void {
    trail = (trail + " " + cut(v)).slice(-80)
}
let printed = 0
function show(v: any): string {
    if (!((v as any) instanceof Error)) return cut(v)
    if (printed++ < 8) v.print()
    return v.name + "!" + v.message
}`

/** The program of a seed; its text is `render(generate(seed))`. */
export function generate(seed: number): Statements {
    const random = new Random(seed)
    const tastes = new Map<string, number>()
    const taste = (kind: string) => {
        let drawn = tastes.get(kind)
        if (drawn === undefined) {
            drawn = random.chance(WITHOUT) ? 0 : random.next() * 2
            tastes.set(kind, drawn)
        }
        return drawn
    }
    const context = new Context(random, taste)
    context.grammar = {
        block: count => block(context, count),
        closure: (count, depth) => closureOf(context, count, depth),
    }
    return program(context, seed % WIDE_EVERY === 0)
}

function program(context: Context, wide: boolean): Statements {
    const { random, taste } = context
    const parts: Statement[] = [{ kind: "statement", parts: [PRELUDE] }]
    for (let i = random.between(2, 5); i > 0; i--) parts.push(global(context))
    if (wide) parts.push(...small(context))
    for (let i = random.between(3, 7); i > 0; i--)
        parts.push(
            random.chance(0.3 * taste("classes"))
                ? classOf(context)
                : moduleFunction(context)
        )
    if (taste("fibers") > 0.3) parts.push(fiber(context), fiber(context))
    const info = context.classes.length > 0 && random.pick(context.classes)
    if (info) parts.push(...globalObject(context, info))
    for (let i = random.between(3, 6); i > 0; i--)
        parts.push(...testCase(context))
    parts.push(...calls(context))
    if (taste("fibers") > 0)
        parts.push(statement`await ds.sleep(${SLEEP_AFTER_ALL_MS})`)
    for (const { name, type } of context.visible(v => v.name.startsWith("g")))
        if (type !== "fun")
            parts.push(statement`console.log("${name}", show(${name}))`)
    if (random.chance(0.06)) parts.push(statement`throw new Error("last")`)
    parts.push(statement`console.log("end")`)
    return statements(parts)
}

/** An object of the module, of which TypeScript knows the class. */
function globalObject(context: Context, info: ClassInfo): Statement[] {
    const name = context.name("h")
    const made = call(context, info.name, info.constructor_, 1, "new ")
    context.declare({ name, type: "any", assignable: false, instance: info })
    return [
        statement`let ${name}: ${info.name}`,
        statement`try {\n${name} = ${made}\n} catch (e: any) {\nconsole.log("${name}", show(e))\n}`,
    ]
}

/** State of the module; a declaration without calls, as nothing is there yet to be called. */
function global(context: Context): Statement {
    const name = context.name("g")
    const type = context.random.pick(TYPES)
    const value = expressionOf(context, type, 0)
    context.declare({
        name,
        type: type === "bool" ? "any" : type,
        assignable: true,
    })
    const typed = type === "num" ? "number" : type === "str" ? "string" : "any"
    return statement`let ${name}: ${typed} = ${value}`
}

/** Functions enough that their numbers are long. */
function small(context: Context): Statement[] {
    const names: string[] = []
    const parts = Array.from({ length: WIDE_FUNCTIONS }, () => {
        const name = context.name("n")
        names.push(name)
        return statement`function ${name}(v: any): any {\nreturn v + "${context.name("word")}"\n}`
    })
    const sum = names.map(name => `keep(${name}(1))`).join("\n")
    parts.push(statement`function all(): void {\n${sum}\n}`, statement`all()`)
    return parts
}

/** A function that is called once, from where nothing that it throws gets further. */
function testCase(context: Context): Statement[] {
    const { random, taste } = context
    const async = random.chance(0.4)
    const name = context.name("case")
    const limits = { limit: 20_000, lineLimit: 60, room: 22, async }
    const [written] = context.inFunction(limits, () => {
        const inner: Statement[] = []
        const made = random.chance(taste("classes")) && instance(context)
        if (made) inner.push(made)
        inner.push(...body(context, random.between(3, 8)))
        for (const { name, type } of context
            .visible(v => v.level === 1)
            .slice(0, 8))
            if (type !== "fun")
                inner.push(statement`console.log("${name}", show(${name}))`)
        return statements(inner)
    })
    const head = async
        ? `async function ${name}(): Promise<any>`
        : `function ${name}(): any`
    const called = `${async ? "await " : ""}${name}()`
    return [
        statement`${head} {\n${written}\n}`,
        statement`try {\n${called}\n} catch (e: any) {\nconsole.log("${name}", show(e))\n}`,
        statement`console.log("marks", trail)`,
        statement`await ds.sleep(${random.between(0, 2) * 5})`,
    ]
}

/** Calls of most functions and methods, so that they run at all. */
function calls(context: Context): Statement[] {
    const { random } = context
    const parts: Statement[] = []
    const add = (name: string, called: Callable) => {
        const wait = called.async ? "await " : ""
        const value = call(context, name, called, 1)
        parts.push(
            statement`try {\nconsole.log("${name}", show(${wait}${value}))\n} catch (e: any) {\nconsole.log("${name}", show(e))\n}`
        )
    }
    for (const called of context.functions)
        for (let i = random.between(0, 2); i > 0; i--) add(called.name, called)
    for (const info of context.classes) {
        const name = context.name("o")
        const made = call(context, info.name, info.constructor_, 1, "new ")
        parts.push(
            statement`let ${name}: ${info.name}`,
            statement`try {\n${name} = ${made}\n} catch (e: any) {\nconsole.log("${name}", show(e))\n}`
        )
        for (const method of allMethods(info))
            if (random.chance(0.7)) add(`${name}.${method.name}`, method)
        parts.push(statement`console.log("${name}", ${name})`)
    }
    parts.push(statement`console.log("marks", trail)`)
    // each a slice of its own
    return parts.flatMap(part => [part, statement`await ds.sleep(0)`])
}
