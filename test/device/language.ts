// What users write in any TypeScript: the build mends what the compiler makes wrong of it.
import { describe, test } from "@devicescript/test"
import * as platform from "../../src/platform"
import { compareTexts, compareTexts as inOrder } from "../../src/platform"
import { same, same as sameValue } from "./support/tasks"

interface Node {
    next?: Node
    value: number
    find?: (by: number) => Node | undefined
}

class FastClock extends platform.SystemClock {}

/** How often `leaf` was called. */
let calls = 0

function leaf(value: number): Node {
    calls++
    return { value }
}

/** Numbers as they come from sensors and clocks. */
const TRUE = [0.5, -0.25, 1, -1, 2147483648, 1.8e12, Infinity, 1e-300]
const FALSE = [0, -0, NaN, undefined as number, null as number]
const TEXT = "text"

/** What counts as true, in each kind of condition. */
function truths(x: number, isOn: boolean): string {
    let rounds = 0
    while (x) if (++rounds > 0) break
    for (; x;) if (++rounds > 1) break
    let shown = "no"
    if (x) shown = "yes"
    else shown += rounds
    return [
        shown,
        x ? 1 : 0,
        !x,
        !!x,
        isOn && x ? 1 : 0,
        (x || TEXT) === TEXT,
        (x && TEXT) === TEXT,
        !(isOn && x) || (isOn && !x),
        (x ?? 0) ? 1 : 0,
    ].join()
}

// rows: B2
describe("language", () => {
    test("a number other than 0 and NaN is true", () => {
        for (const x of TRUE)
            same(truths(x, true), "yes,1,false,true,1,false,true,false,1")
        for (const x of FALSE)
            same(truths(x, true), "no0,0,true,false,0,true,false,true,0")
        let left = 1.5
        let rounds = 0
        for (; left; left -= 0.5) rounds++
        same(rounds, 3)
    })

    test("a chain of several ?. ends at the first that is not there", () => {
        const none: Node | undefined = undefined
        const one = leaf(1)
        const two: Node = { value: 2, next: one, find: () => one }
        same(none?.next?.value, undefined)
        same(one?.next?.next?.value, undefined)
        same(one.next?.next?.find?.(1)?.value, undefined)
        same(two?.next?.value, 1)
        same(two.next?.next?.value, undefined)
        same(two.find?.(1)?.next?.value ?? 5, 5)
        same(two.find?.(1)?.value, 1)
    })

    test("what a chain leaves out is not computed", () => {
        calls = 0
        const one: Node = { value: 1 }
        one.next?.find?.(leaf(2).value)
        same(calls, 0)
        const list: Node[] = [one, leaf(3)]
        same(list[1]?.next?.value ?? list[0]?.value, 1)
        same(calls, 1)
        const text = `${one.next?.next?.value ?? "none"} ${leaf(4)?.next?.value ?? 4}`
        same(text, "none 4")
        same(calls, 2)
    })

    test("an object takes an imported name as its own", () => {
        const renamed = { compareTexts, inOrder, sameValue }
        same(renamed.compareTexts("a", "b") < 0, true)
        same(renamed.inOrder("b", "a") > 0, true)
        renamed.sameValue(1, 1)
    })

    test("a module imported as a whole has what it exports", () => {
        same(platform.STEP_MS, 10000)
        same(["b", "a"].sort(platform.compareTexts).join(), "a,b")
        same(platform.compareTexts?.("b", "a"), 1)
        const clock = new FastClock()
        same(clock instanceof platform.SystemClock, true)
        same(clock.wall(), undefined)
        same(new platform.Signal() instanceof platform.Signal, true)
    })

    test("compareTexts sorts by the codes of characters", () => {
        const names = ["pump-10", "über", "pump", "", "Zoo", "pump-1", "led"]
        names.sort(compareTexts)
        same(names.join(), ",Zoo,led,pump,pump-1,pump-10,über")
        same(compareTexts("led", "led"), 0)
        same(compareTexts("led", "leds") < 0, true)
        same(compareTexts("b", "abc") > 0, true)
    })
})
