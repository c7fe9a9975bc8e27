// Throws in many places, each caught where it was called from, and prints where: the frames, found
// by means of the debug information, must be the same whatever an optimiser made of the code.
import * as ds from "@devicescript/core"

const VALUE = 7
let state = 1
const nothing: any = undefined

/** Prints the frames of an error as the log does, and as the VM does. */
function report(site: string, error: any): void {
    if (!((error as any) instanceof Error)) {
        console.log(`${site}: no error but ${error}`)
        return
    }
    const frames: string[] = []
    const stack: Buffer = error.__stack__
    for (let i = 0; i < stack.length; i += 2)
        frames.push(`gpc:${stack.getAt(i, "u16")}`)
    console.log(`${site}: ${error.name} ${error.message}`)
    console.log(`${site}: ${frames.join(" ")}`)
    error.print()
}

function run(site: string, action: () => any): void {
    try {
        const value = action()
        console.log(`${site}: nothing thrown, ${value}`)
    } catch (e: any) {
        report(site, e)
    }
}

async function runAsync(site: string, action: () => Promise<any>) {
    try {
        await action()
        console.log(`${site}: nothing thrown`)
    } catch (e: any) {
        report(site, e)
    }
}

// called once, and small: to be inlined
function fail(text: string): never {
    throw new Error(text)
}
function once(): any {
    throw new RangeError("once")
}
function innermost(v: any): any {
    return v.field
}
function middle(v: any): any {
    const value = innermost(v)
    return value + 1
}
function outer(v: any): any {
    let sum = 0
    sum += middle(v)
    return sum
}
function smallInLoop(v: any, i: number): any {
    if (i > 2) return v.missing
    return i
}
function twoExits(v: any): any {
    if (v > 3) throw new Error("first")
    if (v < 0) throw new TypeError("second")
    return v
}
function check(v: any, name: string): void {
    if (v === undefined) throw new Error(`${name} wanted`)
}
function withDefault(a: any, b: any = nothing.inDefault): any {
    return a + b
}
function defaultCalls(a: any, b: any = once()): any {
    return a + b
}
function restArguments(...rest: any[]): any {
    return rest[0].inRest
}
function pattern({ a, b }: any): any {
    return a + b
}
function recursive(depth: number): any {
    if (depth <= 0) return nothing.atTheBottom
    return recursive(depth - 1) + 1
}
function many(a: any, b: any, c: any, d: any, e: any, f: any, g: any, h: any) {
    return a + b + c + d + e + f + g + h.many
}

class Base {
    value: any
    constructor(value: any) {
        if (value === undefined) throw new Error("no value")
        this.value = value
    }
    only(): any {
        return this.value.missing.field
    }
    shared(v: any): any {
        return v.inBase
    }
    callsShared(v: any): any {
        return this.shared(v)
    }
}
class Derived extends Base {
    other: any = state + 1
    constructor(value: any) {
        super(value)
        if (value === 2) throw new RangeError("two")
    }
    override shared(v: any): any {
        return v.inDerived
    }
    deep(): any {
        return this.callsShared(nothing)
    }
}
class WithInitialiser {
    first: any = 1
    second: any = nothing.inInitialiser
}
class WithCallingInitialiser {
    value: any = fail("initialiser")
}
class Counter {
    count: number = 0
    add(by: number): number {
        this.count += by
        if (this.count > 3) throw new Error(`count ${this.count}`)
        return this.count
    }
}

function inFinally(): any {
    try {
        state++
    } finally {
        nothing.inFinally()
    }
}
function throughFinally(): any {
    try {
        fail("through")
    } finally {
        state++
    }
}
function replacedInFinally(): any {
    try {
        fail("lost")
    } finally {
        fail("kept")
    }
}
function rethrown(): any {
    try {
        middle(nothing)
    } catch (e: any) {
        state++
        throw e
    }
}
function fromCatch(): any {
    try {
        fail("inner")
    } catch {
        fail("from catch")
    }
}
function leavesLoopByFinally(): any {
    for (let i = 0; i < 3; i++) {
        try {
            if (i === 1) break
        } finally {
            if (i === 1) once()
        }
    }
}
function inSwitch(v: any): any {
    switch (v) {
        case 1:
            return 1
        case VALUE:
            return nothing.inCase
        default:
            return 2
    }
}
function inChoice(v: any): any {
    return v ? nothing.whenTrue : 1
}
function inLazy(v: any): any {
    return v && v.a && v.a.b.c
}
function inCondition(v: any): any {
    if (v.condition) return 1
    return 2
}
function inLoopCondition(): any {
    let i = 0
    while (i < 3 || nothing.condition) i++
    return i
}
function inForOf(): any {
    let sum = 0
    for (const v of [1, 2, undefined] as any[]) sum += v.element
    for (const v of [undefined] as any[]) sum += v.element
    return sum
}
function inArguments(): any {
    return many(1, 2, 3, 4, nothing.argument, 6, 7, 8)
}
function inTemplate(): any {
    return `${1} and ${nothing.template}`
}
function inArray(): any {
    return [1, 2, nothing.element]
}
function inObject(): any {
    return { a: 1, b: nothing.property }
}
function inStore(): any {
    nothing.stored = 1
}
function inIndex(): any {
    const list: any = nothing
    return list[3]
}
function notCallable(): any {
    const f: any = state
    return f(1)
}
function inClosure(): any {
    let captured = 1
    const closure = (v: any): any => {
        captured += 1
        return v.inClosure
    }
    return closure(nothing) + captured
}
function inNestedClosure(): any {
    let captured = 1
    const outer = (v: any): any => {
        const inner = (w: any): any => {
            captured++
            return w.inNested
        }
        return inner(v) + captured
    }
    return outer(nothing)
}
function inMap(): any {
    return ([1, 2, 3] as any[]).map(v => (v > 2 ? nothing.inMap : v))
}
function inForEach(): any {
    let sum = 0
    ;([1, 2, 3] as any[]).forEach((v, i) => {
        sum += v
        if (i === 1) fail(`element ${sum}`)
    })
    return sum
}
function inSort(): any {
    return ([2, 1] as any[]).sort((a, b) => a.key - b.key - nothing.inSort)
}
function native(): any {
    return Buffer.alloc(2).setAt(4, "u32", 1)
}
function tailCall(): any {
    return outer(nothing)
}
function afterMuch(): any {
    let a = 1
    let b = a + state
    let unused = b
    unused = a * 2
    a = b - 1
    b = a
    if (b > 100) a = 2
    return nothing.afterMuch + a + b
}
// prettier-ignore
function onOneLine(v: any): any { return twoExits(v) + twoExits(-v) }

async function sleeps(): Promise<any> {
    await ds.sleep(5)
    return nothing.afterSleep
}
async function callsSleeper(): Promise<any> {
    const value = await sleeps()
    return value + 1
}
async function asyncFinally(): Promise<any> {
    try {
        await ds.sleep(5)
        fail("in async")
    } finally {
        await ds.sleep(5)
        state++
    }
}
async function fiber(site: string): Promise<void> {
    try {
        await callsSleeper()
    } catch (e: any) {
        report(site, e)
    }
}

run("throw", () => fail("plain"))
run("once", () => once())
run("inlined", () => innermost(nothing))
run("inlined twice", () => middle(nothing))
run("inlined thrice", () => outer(nothing))
run("tail call", () => tailCall())
run("small in a loop", () => {
    let sum = 0
    for (let i = 0; i < 5; i++) sum += smallInLoop(nothing, i)
    return sum
})
run("first exit", () => twoExits(4))
run("second exit", () => twoExits(-1))
run("one line", () => onOneLine(2))
run("check", () => {
    check(1, "one")
    check(nothing, "two")
})
run("default", () => withDefault(1))
run("default calls", () => defaultCalls(1))
run("rest", () => restArguments(nothing))
run("pattern", () => pattern(nothing))
run("recursive", () => recursive(3))
run("constructor", () => new Base(nothing))
run("inherited constructor", () => new Derived(nothing))
run("derived constructor", () => new Derived(2))
run("initialiser", () => new WithInitialiser())
run("calling initialiser", () => new WithCallingInitialiser())
run("method", () => new Base(1).only())
run("method of base", () => new Base(1).callsShared(nothing))
run("overriding method", () => new Derived(1).callsShared(nothing))
run("deep method", () => new Derived(1).deep())
run("method of nothing", () => (nothing as Counter).add(1))
run("method in a loop", () => {
    const counter = new Counter()
    for (let i = 0; i < 5; i++) counter.add(i)
})
run("bound method", () => {
    const add = new Counter().add
    return add(5)
})
run("finally", () => inFinally())
run("through finally", () => throughFinally())
run("replaced in finally", () => replacedInFinally())
run("rethrown", () => rethrown())
run("from catch", () => fromCatch())
run("break through finally", () => leavesLoopByFinally())
run("switch", () => inSwitch(VALUE))
run("choice", () => inChoice(1))
run("lazy", () => inLazy({ a: {} }))
run("condition", () => inCondition(nothing))
run("loop condition", () => inLoopCondition())
run("for of", () => inForOf())
run("arguments", () => inArguments())
run("last argument", () => many(1, 2, 3, 4, 5, 6, 7, nothing))
run("template", () => inTemplate())
run("array", () => inArray())
run("object", () => inObject())
run("store", () => inStore())
run("index", () => inIndex())
run("not callable", () => notCallable())
run("closure", () => inClosure())
run("nested closure", () => inNestedClosure())
run("map", () => inMap())
run("forEach", () => inForEach())
run("sort", () => inSort())
run("native", () => native())
run("after much", () => afterMuch())
run("no error", () => {
    throw "text"
})
run("undefined", () => {
    throw undefined
})
await runAsync("async", sleeps)
await runAsync("async call", callsSleeper)
await runAsync("async finally", asyncFinally)
fiber.start("fiber")
await ds.sleep(50)
try {
    outer(nothing)
} catch (e: any) {
    report("module", e)
}
console.log("end")
