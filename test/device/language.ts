// What users write in any TypeScript: the build mends what the compiler makes wrong of it.
import { describe, test } from "@devicescript/test"
import { compareTexts } from "../../src/platform"
import { same } from "./support/tasks"

interface Node {
    next?: Node
    value: number
    find?: (by: number) => Node | undefined
}

/** How often `leaf` was called. */
let calls = 0

function leaf(value: number): Node {
    calls++
    return { value }
}

// rows: B2
describe("language", () => {
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

    test("compareTexts sorts by the codes of characters", () => {
        const names = ["pump-10", "über", "pump", "", "Zoo", "pump-1", "led"]
        names.sort(compareTexts)
        same(names.join(), ",Zoo,led,pump,pump-1,pump-10,über")
        same(compareTexts("led", "led"), 0)
        same(compareTexts("led", "leds") < 0, true)
        same(compareTexts("b", "abc") > 0, true)
    })
})
