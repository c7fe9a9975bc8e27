// rows: B3a
import assert from "node:assert/strict"
import { test } from "node:test"
import { tidy } from "../../host/optimise/passes/index.ts"
import { simplifyConditions } from "../../host/optimise/passes/conditions.ts"
import { propagateCopies } from "../../host/optimise/passes/copies.ts"
import { dropDeadStores } from "../../host/optimise/passes/dead-stores.ts"
import { straighten } from "../../host/optimise/passes/flow.ts"
import { forwardValues } from "../../host/optimise/passes/forward.ts"
import { gatherInstalls } from "../../host/optimise/passes/installs.ts"
import { orderBlocks } from "../../host/optimise/passes/layout.ts"
import {
    indexOfIsKnown,
    testPositions,
} from "../../host/optimise/passes/positions.ts"
import { keepInReturned } from "../../host/optimise/passes/returned.ts"
import { readReturned } from "../../host/optimise/passes/returned-copies.ts"
import { sinkValues } from "../../host/optimise/passes/sink.ts"
import { chooseSlots } from "../../host/optimise/passes/slots.ts"
import { storeFirst } from "../../host/optimise/passes/store-first.ts"
import { splitWebs } from "../../host/optimise/passes/webs.ts"
import { Subject } from "./subject.ts"

test("webs: each use of a slot gets a variable of its own", () => {
    const subject = new Subject(`
        function f(a: number, b: number) {
            let t = a + 1
            t = t * 2
            let u = t
            t = b
            return u + t
        }
        console.log("" + f(1, 2))`)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "t#2 := add(a#0, 1)",
        "t#2 := mul(t#2, 2)",
        "u#3 := t#2",
        "t#2 := b#1",
        "return add(u#3, t#2)",
    ])
    subject.run((_, f) => splitWebs(f))
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "t#2 := add(a#0, 1)",
        "t#3 := mul(t#2, 2)",
        "u#4 := t#3",
        "t#5 := b#1",
        "return add(u#4, t#5)",
    ])
})

test("flow: a test of what was just stored is made at once", () => {
    const subject = new Subject(`
        function f(a: boolean, b: boolean) {
            if (a && b) return 1
            return 2
        }
        console.log("" + f(true, false))`)
    assert.deepEqual(subject.list("f").slice(3, 7), [
        "b1:",
        "_tmp2#2 := b#1",
        "jump b2",
        "b2:",
    ])
    subject.run(straighten)
    assert.deepEqual(subject.list("f").slice(3, 8), [
        "b1:",
        "_tmp2#2 := b#1",
        "if _tmp2#2 b3 else b4",
        "b2:",
        "if _tmp2#2 b3 else b4",
    ])
})

test("flow: what is known on all ways is not tested again", () => {
    const subject = new Subject(`
        function f(next: any) {
            let entry = next()
            while (entry) {
                try {
                    while (entry) entry = next()
                } catch (e: any) {
                    entry = next()
                }
            }
        }
        f(() => 0)`)
    subject.run((_, f) => splitWebs(f), straighten)
    const tests = subject.list("f").filter(line => line.startsWith("if"))
    // before the loop, at its end, and at the end of the handler
    assert.equal(tests.length, 3)
})

test("flow: what a fault may have changed is tested again", () => {
    const subject = new Subject(`
        function f(next: any) {
            let entry = next()
            if (entry) {
                try {
                    entry = 0
                    next()
                    entry = 1
                } catch (e: any) {}
                if (entry) console.log("1")
            }
        }
        f(() => 0)`)
    subject.run((_, f) => splitWebs(f), straighten)
    const tests = subject.list("f").filter(line => line.startsWith("if"))
    assert.equal(tests.length, 2)
})

test("flow: a text decides a test, and only the empty one is false", () => {
    const subject = new Subject(`
        function f(): string {
            if ("yes") return "yes"
            return "never"
        }
        function g(): string {
            if ("") return "never"
            return "no"
        }
        console.log(f() + g())`)
    subject.run(straighten)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "return static_ascii_string yes",
    ])
    assert.deepEqual(subject.list("g"), [
        "b0:",
        "return static_ascii_string no",
    ])
})

test("conditions: a jump needs neither boolean nor `!`", () => {
    const subject = new Subject(`
        function f(a: any) {
            if (!(a !== undefined)) return 1
            return 2
        }
        console.log("" + f(1))`)
    assert.equal(subject.list("f")[1], "if not(ne(a#0, undefined)) b1 else b2")
    subject.run(simplifyConditions, simplifyConditions)
    assert.equal(subject.list("f")[1], "if is_undefined(a#0) b1 else b2")
})

test("conditions: an integer is not compared with 0, another number is", () => {
    const subject = new Subject(`
        function f(a: number, b: number) {
            if ((a & 4) !== 0) return 1
            if (b !== 0) return 2
            if ((a | 1) === 0) return 3
            return 4
        }
        console.log("" + f(1, 0.5))`)
    subject.run(simplifyConditions)
    const tests = subject.list("f").filter(line => line.startsWith("if"))
    assert.deepEqual(tests, [
        "if bit_and(a#0, 4) b1 else b2",
        "if ne(b#1, 0) b3 else b4",
        "if bit_or(a#0, 1) b6 else b5",
    ])
})

test("copies: a copy is read at its source", () => {
    const subject = new Subject(`
        function f(a: number) {
            const b = a
            return b + 5 + b
        }
        console.log("" + f(1))`)
    subject.run((_, f) => splitWebs(f), propagateCopies)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "b#1 := a#0",
        "return add(add(a#0, 5), a#0)",
    ])
})

test("copies: a source that is written meanwhile is not read", () => {
    const subject = new Subject(`
        function f(a: number) {
            let sum = 0
            for (let i = 0; i < 3; i++) {
                const b = a
                a = a + 1
                sum = sum + b
            }
            return sum + a
        }
        console.log("" + f(1))`)
    subject.run((_, f) => splitWebs(f), propagateCopies)
    const lines = subject.list("f").join("\n")
    assert.match(lines, /(b#\d+) := a#0\n[^]*:= add\(sum#\d+, \1\)/)
})

test("forward: a value that is read once is computed where it is read", () => {
    const subject = new Subject(`
        function f(a: number[], b: number) {
            const t = a[b]
            return t + 1
        }
        console.log("" + f([1], 0))`)
    assert.equal(subject.list("f")[1], "t#2 := index(a#0, b#1)")
    subject.run(forwardValues)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "return add(index(a#0, b#1), 1)",
    ])
})

test("forward: a value does not move over what may change it", () => {
    const subject = new Subject(`
        function f(a: number[], b: number) {
            const t = a[b]
            a[b] = 9
            return t + 1
        }
        console.log("" + f([1], 0))`)
    subject.run(forwardValues)
    assert.equal(subject.list("f").at(-1), "return add(t#2, 1)")
})

test("forward: a value that has moved still needs what it reads", () => {
    const subject = new Subject(`
        function g(a: any, b: any) {
            return a ? b : 0
        }
        function f(a: number, b: number) {
            const t = a - b
            const u = t < 9
            const v = g(1, t)
            return g(u, v)
        }
        console.log("" + f(1, 2))`)
    subject.run(forwardValues)
    const lines = subject.list("f").join("\n")
    assert.match(lines, /t#\d+ := sub\(a#0, b#1\)/)
    assert.match(lines, /lt\(t#\d+, 9\)/)
})

/** A function of an object and a flag, after the passes before `sinkValues`, and after it. */
function sink(body: string): { before: string[]; after: string[] } {
    const subject = new Subject(`
        function f(o: any, flag: boolean) {
            ${body}
        }
        console.log("" + f({ a: 1, b: 2 }, false))`)
    subject.run(
        (_, f) => splitWebs(f),
        propagateCopies,
        forwardValues,
        dropDeadStores
    )
    const before = subject.list("f")
    subject.run(sinkValues)
    return { before, after: subject.list("f") }
}

test("sink: a value is computed in the later block that reads it", () => {
    const { before, after } = sink(`
        o.c = 1
        const a = o.a
        const b = o.b
        o.a = 3
        if (flag) return a
        return b`)
    assert.deepEqual(before, [
        "b0:",
        "index_set(o#0, static_ascii_string c, 1)",
        "a#2 := ascii_field a(o#0)",
        "b#3 := ascii_field b(o#0)",
        "index_set(o#0, static_ascii_string a, 3)",
        "if flag#1 b1 else b2",
        "b1:",
        "return a#2",
        "b2:",
        "return b#3",
    ])
    // the other one is changed before it is read
    assert.deepEqual(after, [
        ...before.filter(line => line !== before[3]).slice(0, -1),
        "return ascii_field b(o#0)",
    ])
})

for (const [what, body] of [
    ["that may fail", "const a = o.a; if (flag) return a; return 0"],
    [
        "that a call may change",
        `o.c = 1; const a = o.a; if (flag) console.log(""); return a`,
    ],
    [
        "of an object that is another one",
        "o.c = 1; const a = o.a; if (flag) o = flag; if (flag) return a; return o",
    ],
    [
        "of what is another object than the one that was read",
        "const b = o.b; if (flag) o = flag; const a = o.a; if (flag) return a; return b",
    ],
    [
        "that is read in a loop",
        "o.c = 1; const a = o.a; let i = 0; while (i < 5) i = i + a; return i",
    ],
    [
        "that is read by a handler",
        `o.c = 1; const a = o.a; try { o.b() } catch { return a } return 0`,
    ],
] as const)
    test(`sink: not a value ${what}`, () => {
        const { before, after } = sink(body)
        assert.ok(before.some(line => /^a#\d := ascii_field a/.test(line)))
        assert.deepEqual(after, before)
    })

test("forward: what may fail does not move over another that may", () => {
    const subject = new Subject(`
        function f(a: any, b: any) {
            const t = a.x
            const u = b.y
            return u + t
        }
        console.log("" + f({}, {}))`)
    subject.run(forwardValues)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "t#2 := ascii_field x(a#0)",
        "return add(ascii_field y(b#1), t#2)",
    ])
})

test("dead stores: only what can fail is still computed", () => {
    const subject = new Subject(`
        function f(a: any, b: number) {
            let t = b + 1
            let u = a.x
            return 2
        }
        console.log("" + f({}, 1))`)
    subject.run(dropDeadStores)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "ret_val := ascii_field x(a#0)",
        "return 2",
    ])
})

test("slots: what lives between two calls lies in the returned value", () => {
    const subject = new Subject(`
        function g() {
            return 1
        }
        function f(a: number) {
            const x = g()
            const y = x + a * x
            g()
            return y
        }
        console.log("" + f(1) + g())`)
    subject.run(tidy, chooseSlots)
    assert.deepEqual(subject.list("f"), [
        "b0:",
        "call0(static_function g)",
        // `y` lies where `a` was
        "a#0 := add(ret_val, mul(a#0, ret_val))",
        "call0(static_function g)",
        "return a#0",
    ])
})

test("returned: a value that is used again and again is kept for a while", () => {
    const subject = new Subject(`
        class C {
            a: number
            b: number
            c: number
            d: number
            e: number
            g: number
            constructor(x: number) {
                this.a = x
                this.b = 1
                this.c = 2
                this.d = 3
                this.e = 4
                this.g = 5
            }
        }
        console.log("" + new C(1).a)`)
    subject.run(tidy, chooseSlots)
    assert.equal(
        subject.list("C")[1],
        "index_set(this#0, static_ascii_string a, x#1)"
    )
    subject.run(keepInReturned)
    assert.deepEqual(subject.list("C").slice(1, 4), [
        "ret_val := this#0",
        "index_set(ret_val, static_ascii_string a, x#1)",
        "index_set(ret_val, static_ascii_string b, 1)",
    ])
})

test("returned copies: what a call has left is read where it lies", () => {
    const subject = new Subject(`
        function g(a: number) {
            return a
        }
        function f(a: number) {
            const x = g(a)
            if (x > a * x) g(2)
            return g(x)
        }
        console.log("" + f(1) + g(2))`)
    subject.run(tidy, chooseSlots)
    assert.deepEqual(subject.list("f").slice(1, 4), [
        "call1(static_function g, a#0)",
        "x#1 := ret_val",
        "if lt(mul(a#0, x#1), x#1) b1 else b2",
    ])
    subject.run(readReturned)
    assert.deepEqual(subject.list("f").slice(1), [
        "call1(static_function g, a#0)",
        "x#1 := ret_val",
        "if lt(mul(a#0, ret_val), ret_val) b1 else b2",
        "b1:",
        "call1(static_function g, 2)",
        "jump b2",
        "b2:",
        // one of the ways to here has called something
        "call1(static_function g, x#1)",
        "return ret_val",
    ])
})

test("returned copies: a handler and a written variable know nothing", () => {
    const subject = new Subject(`
        function g(a: number) {
            return a
        }
        function f(a: number) {
            let x = g(a)
            const y = x
            try {
                x = x + 1
                if (a > x) throw new Error("e")
            } catch (e: any) {
                return x + y
            }
            return x + y
        }
        console.log("" + f(1) + g(2))`)
    subject.run(tidy, chooseSlots, readReturned)
    const lines = subject.list("f")
    // the way on which nothing fails has called nothing since
    assert.ok(lines.includes("return add(x#1, ret_val)"))
    assert.match(lines[lines.indexOf("catch") + 1]!, /^return add.*y#\d/)
})

test("returned copies: a store stays for a variable in the same slot", () => {
    const subject = new Subject(`
        function g(a: number) {
            return a
        }
        function f(a: number) {
            const x = g(a)
            if (x > 5) return g(2) + x
            let y = x
            for (let i = 0; i < 2; i++) {
                g(i)
                y = y + 1
            }
            return y
        }
        console.log("" + f(7) + g(2))`)
    subject.run(tidy, chooseSlots, readReturned)
    const lines = subject.list("f")
    // `y := x` has gone, as they share a slot, that of `a`
    assert.ok(!lines.some(line => /^[axy]#\d+ := [axy]#\d+$/.test(line)))
    assert.equal(lines[2], "a#0 := ret_val")
    assert.equal(lines[3], "if lt(5, ret_val) b1 else b2")
})

test("store first: one of two values is stored before the test", () => {
    const subject = new Subject(`
        function g(a: any) {
            return a
        }
        function f(a: any, b: any) {
            let t = b
            if (g(a)) t = 5
            else t = a.x
            return g(t) + t + a.z
        }
        console.log("" + f({ x: 1 }, 2))`)
    subject.run(tidy, chooseSlots)
    const before = subject.list("f")
    subject.run(storeFirst)
    const lines = subject.list("f")
    assert.equal(lines.length, before.length - 2)
    const at = lines.findIndex(line => line.startsWith("if "))
    assert.match(lines[at - 1]!, / := 5$/)
})

test("store first: not where the test, the other way or a handler reads it", () => {
    const subject = new Subject(`
        function g(a: any) {
            return a
        }
        function test(a: any, t: any) {
            if (t === 7) t = 5
            else t = a.x
            return g(t) + t + a.z
        }
        function other(a: any, t: any) {
            if (a.y) t = 5
            else t = t + 3
            return g(t) + t + a.z
        }
        function handler(a: any, t: any) {
            try {
                if (a.y) t = 5
                else t = 6
                g(t)
            } catch {}
            return g(t) + t + a.z
        }
        function free(a: any, t: any) {
            if (a.y) t = 5
            else t = a.x
            return g(t) + t + a.z
        }
        console.log("" + test({}, 1) + other({}, 2) + handler({}, 3) + free({}, 4))`)
    subject.run(tidy, chooseSlots)
    const names = ["test", "other", "handler", "free"]
    const before = names.map(name => subject.list(name))
    subject.run(storeFirst)
    const isSame = names.map(
        (name, i) => subject.list(name).length === before[i]!.length
    )
    assert.deepEqual(isSame, [true, true, true, false])
})

test("positions: what indexOf gave is tested by its opposite", () => {
    const subject = new Subject(`
        function found(text: string) {
            if (text.indexOf("a") >= 0) return 1
            return 2
        }
        function missing(text: string) {
            const at = text.indexOf("a")
            for (let i = 0; i < 2; i++) console.log("" + i)
            if (at < 0) return 1
            return at + 2
        }
        console.log("" + found("b") + missing("b"))`)
    subject.run(tidy, chooseSlots, readReturned)
    assert.ok(subject.list("found").includes("if le(0, ret_val) b1 else b2"))
    assert.ok(subject.list("missing").includes("if lt(text#0, 0) b4 else b5"))
    subject.run(testPositions)
    assert.ok(subject.list("found").includes("if bit_not(ret_val) b1 else b2"))
    // the ways are exchanged
    const wanted = "if bit_not(text#0) b5 else b4"
    assert.ok(subject.list("missing").includes(wanted))
})

test("positions: not of what else a variable may hold", () => {
    const subject = new Subject(`
        function g(a: any) {
            return a
        }
        function called(text: string) {
            let at = text.indexOf("a")
            at = g(at)
            if (at < 0) return 1
            return at + 2
        }
        function eitherWay(text: string, other: number) {
            let at = text.indexOf("a")
            if (other) at = other
            if (at < 0) return 1
            return at + 2
        }
        function shared(text: string) {
            let at = text.indexOf("a")
            const change = () => {
                at = -5
            }
            g(change)()
            if (at < 0) return 1
            return at + 2
        }
        function handler(text: string, other: number) {
            let at = other
            try {
                at = text.indexOf("a")
                g(at)
                at = other
                g(at)
            } catch {}
            if (at < 0) return 1
            return at + 2
        }
        function computed(text: string) {
            if (text.indexOf("a") - 4 < 0) return 1
            return 2
        }
        function free(text: string) {
            const at = text.indexOf("a")
            g(at)
            if (at < 0) return 1
            return at + 2
        }
        console.log("" + called("") + eitherWay("", -3) + shared("") +
            handler("", -3) + computed("") + free(""))`)
    subject.run(tidy, chooseSlots, readReturned)
    const names = [
        ...["called", "eitherWay", "shared", "handler", "computed"],
        "free",
    ]
    const before = names.map(name => subject.list(name).join())
    subject.run(testPositions)
    const isSame = names.map(
        (name, i) => subject.list(name).join() === before[i]
    )
    assert.deepEqual(isSame, [true, true, true, true, true, false])
})

test("positions: not when a program has an indexOf of its own", () => {
    const isKnown = (source: string) => {
        let known = true
        new Subject(source).run(program => {
            known = indexOfIsKnown(program)
        })
        return known
    }
    assert.ok(isKnown(`console.log("" + [1].indexOf(2))`))
    assert.ok(
        !isKnown(`
            class List {
                indexOf() {
                    return -2
                }
            }
            console.log("" + new List().indexOf())`)
    )
    assert.ok(
        !isKnown(`
            const list = { indexOf: () => -2 }
            console.log("" + list.indexOf())`)
    )
})

test("layout: a block comes after all that lead to it, but for loops", () => {
    const subject = new Subject(`
        function f(a: number) {
            for (;;) {
                if (a === 5) break
                if (a === 7) return 1
                a = a - 1
            }
            return a
        }
        console.log("" + f(9))`)
    subject.run(tidy, (_, f) => orderBlocks(f))
    const lines = subject.list("f")
    assert.equal(lines.at(-1), "return a#0")
    assert.equal(lines.filter(line => line.startsWith("jump")).length, 1)
})

test("layout: equal returns are one block", () => {
    const subject = new Subject(`
        function f(a: number) {
            if (a === 5) return
            console.log("not 5")
            if (a === 7) return
            console.log("not 7")
        }
        function g(a: number) {
            if (a === 5) return 1
            console.log("not 5")
            if (a === 7) return 2
            console.log("not 7")
            return 1
        }
        f(9)
        console.log("" + g(9))`)
    subject.run(tidy, (_, f) => orderBlocks(f))
    const returns = (name: string) =>
        subject.list(name).filter(line => line.startsWith("return"))
    assert.deepEqual(returns("f"), ["return undefined"])
    assert.deepEqual(returns("g").sort(), ["return 1", "return 2"])
    assert.equal(subject.list("f").at(-1), "return undefined")
})

test("installs: methods are installed class by class", () => {
    const subject = new Subject(`
        class A {
            x() {
                return 1
            }
            y() {
                return 2
            }
        }
        class B {
            x() {
                return 3
            }
        }
        const list: any[] = [new A(), new B()]
        for (const o of list) console.log("" + o.x())
        console.log("" + list[0].y())`)
    subject.run(gatherInstalls, keepInReturned)
    const owners = subject
        .list("prototype")
        .map(line => /static_function ([AB])\)/.exec(line)?.[1])
        .filter(owner => owner !== undefined)
    assert.deepEqual(owners, [...owners].sort())
})

const COUNTER = `
    class Counter {
        n: number
        constructor() {
            this.n = 0
        }
        add(by: number, to: number) {
            this.n = to + by
            return this.n
        }
        twice(by: number) {
            const once = this.add(by, 1)
            return this.add(by, once)
        }
        eight(a: any, b: any, c: any, d: any, e: any, f: any, g: any, h: any) {
            return this.n
        }
        all() {
            return this.eight(1, 2, 3, 4, 5, 6, 7, 8)
        }
    }
    const counter = new Counter()
    console.log("" + counter.twice(2) + counter.all())`

test("methods: one that is called on \`this\` only is a function", () => {
    const subject = new Subject(COUNTER)
    subject.run(tidy)
    assert.ok(subject.list("prototype").some(line => /, .* add,/.test(line)))
    assert.deepEqual(subject.list("twice").slice(1), [
        "call2(ascii_field add(this#0), by#1, 1)",
        "call2(ascii_field add(this#0), by#1, ret_val)",
        "return ret_val",
    ])
    subject.callPlainly()
    assert.ok(!subject.list("prototype").some(line => /, .* add,/.test(line)))
    assert.deepEqual(subject.list("twice").slice(1), [
        "call3(static_function add, this#0, by#1, 1)",
        "call3(static_function add, this#0, by#1, ret_val)",
        "return ret_val",
    ])
    // a short call has no room for the object
    assert.match(subject.list("all")[1]!, /ascii_field eight\(this#0\)/)
})

test("methods: one whose arguments are calls stays one", () => {
    const nested = COUNTER.replace("by, once", "by, this.add(by, once)")
    const subject = new Subject(nested)
    subject.run(tidy).callPlainly()
    assert.ok(subject.list("prototype").some(line => /, .* add,/.test(line)))
})

test("methods: one that is a value somewhere stays one", () => {
    const subject = new Subject(`${COUNTER}
        const add = counter.add
        console.log(typeof add)`)
    subject.run(tidy).callPlainly()
    assert.match(
        subject.list("twice").join(),
        /call2\(ascii_field add\(this#0\), by#1, 1\)/
    )
})

test("inline: a function that is called once takes the place of its call", () => {
    const subject = new Subject(`
        function g(n: number) {
            if (n > 2) return 1
            return n
        }
        console.log("" + (g(3) + 2))`)
    subject.run(tidy).inline()
    assert.deepEqual(subject.functions, ["main"])
})

test("inline: a method of one class as well, called on `this`", () => {
    const subject = new Subject(`
        class A {
            v: number
            constructor() {
                this.v = 1
            }
            outer() {
                return this.only(1) + this.v
            }
            only(n: number) {
                return this.v + n
            }
        }
        const a = new A()
        console.log("" + a.outer() + a.outer())`)
    subject.run(tidy).inline()
    assert.ok(!subject.functions.includes("only"))
    assert.doesNotMatch(subject.list("main").join("\n"), /only/)
})

test("inline: no method of a receiver that may be of another class", () => {
    const subject = new Subject(`
        class A {
            only() {
                return 1
            }
        }
        const list: any[] = [new A(), "text"]
        console.log("" + list[0].only())`)
    subject.run(tidy).inline()
    assert.ok(subject.functions.includes("only"))
})

test("inline: neither constructors nor what makes closures", () => {
    const subject = new Subject(`
        class A {
            v: number
            constructor() {
                this.v = 1
            }
        }
        function make(n: number) {
            return () => n
        }
        console.log("" + new A().v + make(2)())`)
    subject.run(tidy).inline()
    for (const name of ["A", "make"])
        assert.ok(subject.functions.includes(name), name)
})

test("texts: constants are filled in at build time", () => {
    const subject = new Subject(`
        import * as ds from "@devicescript/core"
        const MOST = 16
        function f(what: string) {
            if (!what) throw new Error(\`at most \${MOST} fit\`)
            return \`\${what}: \${MOST} of \${MOST + what.length}\`
        }
        function g() {
            const text = \`\${MOST}\`
            return text + text
        }
        function h(what: string) {
            return \`{\${MOST}} \${what} \${0.5}\`
        }
        function missing() {
            return (ds as any).format("{0} and {1}", MOST)
        }
        console.log(f("x") + g() + h("y") + missing())`)
    const before = ["h", "missing"].map(name => subject.list(name))
    subject.fillTexts()
    const lines = subject.list("f").join("\n")
    assert.match(lines, /new\(.*\), static_ascii_string at most 16 fit\)/)
    assert.match(
        lines,
        /call3\(.*static_ascii_string \{0\}: 16 of \{1\}, what#0/
    )
    assert.match(subject.list("g").join("\n"), /static_ascii_string 16/)
    // braces of its own, a fraction, a missing argument: left to the VM
    assert.deepEqual(
        ["h", "missing"].map(name => subject.list(name)),
        before
    )
})
