// rows: B3a
// What the prototypes of this optimiser got wrong: each is a rule of the VM that a listing does not show.
import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_STACK_DEPTH } from "../../host/optimise/format.ts"
import { tidy } from "../../host/optimise/passes/index.ts"
import { chooseSlots } from "../../host/optimise/passes/slots.ts"
import { roots, stackDepth } from "../../host/optimise/program.ts"
import { Subject } from "./subject.ts"

test("trap 1: a jump out of a region writes the returned value", () => {
    const subject = new Subject(`
        function g(): number {
            return Math.random()
        }
        function f(a: boolean) {
            const x = g()
            while (true) {
                try {
                    if (a) break
                    a = true
                } catch (e: any) {
                    return 0
                }
            }
            return x
        }
        console.log("" + f(true) + f(false))
        g()`)
    subject.run(tidy, chooseSlots)
    const lines = subject.list("f")
    assert.ok(lines.includes("x#1 := ret_val"), lines.join("\n"))
    assert.equal(lines.at(-1), "return x#1")
})

test("trap 2: what is read behind a jump lives through `finally`", () => {
    const subject = new Subject(`
        function g(): number {
            return Math.random()
        }
        function f() {
            const x = g()
            while (true) {
                try {
                    if (g() > 1) break
                } finally {
                    const y = g()
                    const z = g()
                    console.log("" + y + z)
                }
                return 0
            }
            return x
        }
        console.log("" + f())
        g()`)
    subject.run(tidy, chooseSlots)
    const lines = subject.list("f")
    assert.equal(lines.at(-1), "return x#0")
    const stores = lines.filter(line => line.includes("#0 :="))
    assert.deepEqual(stores, ["x#0 := ret_val"])
})

test("trap 3: a constructor's `this` keeps its slot", () => {
    const subject = new Subject(`
        class A {
            constructor() {
                const a = Math.random()
                const b = Math.random()
                console.log("" + a + b)
            }
        }
        new A()`)
    subject.run(tidy, chooseSlots)
    assert.ok(subject.list("A").includes("a#1 := ret_val"))
    assert.equal(subject.slot("A", "this"), 0)
    assert.equal(subject.slot("A", "a"), 1)
})

test("trap 4: what is read before it is written gets no parameter's slot", () => {
    const subject = new Subject(`
        function f(a: number) {
            let last: number
            while (Math.random() < 1) {
                if (last) return last
                last = Math.random()
            }
            return 0
        }
        console.log("" + f(1) + f(2))`)
    subject.run(tidy, chooseSlots)
    assert.ok(subject.list("f").includes("last#1 := ret_val"))
    assert.equal(subject.slot("f", "a"), 0)
    assert.equal(subject.slot("f", "last"), 1)
})

test("trap 5: a store that a handler reads stays", () => {
    const subject = new Subject(`
        function g(): number {
            throw new Error("x")
        }
        function f() {
            let t = 0
            try {
                t = 1
                t = g()
            } catch (e: any) {
                return t
            }
            return t
        }
        console.log("" + f())
        g()`)
    subject.run(tidy)
    const lines = subject.list("f")
    assert.ok(lines.includes("t#0 := 1"), lines.join("\n"))
})

test("trap 6: no statement needs more of the stack than the VM has", () => {
    const names = Array.from({ length: 30 }, (_, i) => `v${i}`)
    const subject = new Subject(`
        function f(a: number) {
            ${names.map((name, i) => `const ${name} = a - ${i ? names[i - 1] : "a"}`).join("\n")}
            return ${names.at(-1)}
        }
        console.log("" + f(1) + f(2))`)
    const depth = () =>
        Math.max(...subject.find("f").blocks.flatMap(roots).map(stackDepth))
    assert.equal(depth(), 2)
    subject.run(tidy)
    assert.ok(depth() > 2 && depth() <= MAX_STACK_DEPTH, `${depth()}`)
})
