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

/** How often `period` was computed. */
let computed = 0

function period(): number {
    computed++
    return 10
}

function total([first, second = 5]: number[], { third = 7 } = {} as any) {
    return first * 100 + second * 10 + third
}

function shown(value: string): string
function shown(value: number): string
function shown(value: any): string {
    return "" + value
}

class Sensor {
    readonly names: string[] = []
    last?: number

    name(index: number): string
    name(index: string): string
    name(index: any): string {
        return this.names[index]!
    }
}

class Counter {
    count = 1
    later = () => this.count + 100

    constructor(readonly by: number) {
        const add = (x: number) => x + this.by
        this.count = add(this.count)
    }

    all(list: number[]): string {
        return list.map(x => [x].map(y => y * this.by)[0]! + this.count).join()
    }

    up(times: number[]): void {
        times.forEach(x => {
            this.count += x * this.by
        })
    }
}

class Doubled extends Counter {
    again = 7
    own = () => this.again

    constructor() {
        super(2)
        const add = () => (this.again += this.count)
        add()
    }
}

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

    test("a remainder is that of any two numbers", () => {
        const rest = (x: number, y: number) => x % y
        same(rest(1_800_000_000_123, 1000), 123)
        same(rest(-1_800_000_000_123, 86_400_000), -28_800_123)
        same(rest(4294967295, 10), 5)
        same(rest(2147483648, -7), 2)
        same(rest(5.5, 2), 1.5)
        same(rest(-5.5, 2), -1.5)
        same(rest(7, 2.5), 2)
        same(rest(7, 3), 1)
        same(rest(-7, 3), -1)
        same(rest(5, Infinity), 5)
        same(isNaN(rest(Infinity, 5)), true)
        same(isNaN(rest(7, 0)), true)
        let time = 1_800_000_000_123
        time %= 1000
        same(time, 123)
        // of what is surely an integer, by the VM itself
        same((time | 0) % 60, 3)
        same([1, 2, 3].length % 2, 1)
    })

    test("texts, lists and numbers differ as docs/vm.md tells", () => {
        const text = (x: string) => x
        same(text("abc").charAt(3), undefined)
        same(text("Küche").toUpperCase() + text("ÄB").toLowerCase(), "KüCHEÄb")
        same(text("").includes(""), false)
        same(text("abc").endsWith(""), false)
        same(parseInt(text("1e3")), 1000)
        same(+(text("7px") as any), 7)
        same(isNaN(+(text("") as any)), true)
        const number = (x: number) => x
        same(Math.round(number(-0.5)), -1)
        same(isNaN(Math.cbrt(number(-8))), true)
        same(number(Infinity) | 0, 1)
        same([1, 2].indexOf(1, -1), 0)
        same(isNaN(Math.max(number(NaN), 1)), false)
        same("" + number(1 / 3) + " " + number(4 / 3), "0.333333 1.333333")
        same("" + number(1234567890.5), "1234567891")
        same("" + number(9.99999999), ":")
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

    test("a loop takes apart what it goes over", () => {
        let text = ""
        const all: {
            name: string
            at: number[]
            more: { x: number; y?: string }
        }[] = [
            { name: "a", at: [1, 2], more: { x: 3 } },
            { name: "b", at: [4, 5], more: { x: 6 } },
        ]
        for (const {
            name,
            at: [from, to = 0],
            more: { x, y = name + "!" },
        } of all) {
            if (name === "c") continue
            text += `${name}${from}${to}${x}${y} `
        }
        for (let [first, ...rest] of [
            [1, 2, 3],
            [4, 5, 6],
        ]) {
            first += rest.length
            text += first
        }
        same(text, "a123a! b456b! 36")
    })

    test("a value that is left out is computed only then", () => {
        computed = 0
        const { every = period(), name } = { every: 5, name: "a" } as any
        same(every, 5)
        same(name, "a")
        same(computed, 0)
        const { other = period() } = {} as any
        same(other, 10)
        const [one = period(), two = one + 1] = [0] as number[]
        same(one, 0, "0 is a value")
        same(two, 1)
        same(computed, 1)
        same(total([1]), 157)
        same(total([1, 2], { third: 3 }), 123)
    })

    test("an assignment to what is not set yet, and to several at once", () => {
        computed = 0
        const sensor = new Sensor()
        const map: Record<string, any> = { zero: 0, text: "", on: true }
        sensor.last ??= period()
        sensor.last ??= period()
        same(sensor.last, 10)
        same(computed, 1)
        same((map["zero"] ||= 3), 3)
        same((map["zero"] ??= period()), 3)
        same((map["on"] &&= "yes"), "yes")
        same((map["none"] &&= period()), undefined)
        const halves: Record<string, number> = { half: 0.5 }
        same((halves["half"] ||= period()), 0.5)
        same(computed, 1)
        let a = 1
        let b = 2
        ;[a, b] = [b, a]
        ;[sensor.last, , map["c"]] = [a, 0, b]
        same(`${a}${b}${sensor.last}${map["c"]}`, "2121")
    })

    test("loops that test at the end, and labels", () => {
        let i = 0
        let text = ""
        do {
            i++
            try {
                if (i === 2) continue
                if (i === 4) break
            } finally {
                text += "f"
            }
            text += i
        } while (i < 9)
        same(text, "f1ff3f")
        let half = 1.5
        do half -= 0.5
        while (half)
        same(half, 0)
        text = ""
        rows: for (let row = 0; row < 4; row++)
            for (const column of [0, 1, 2]) {
                if (column > row) continue rows
                if (row === 3) break rows
                text += `${row}${column} `
            }
        same(text, "00 10 11 20 21 22 ")
    })

    test("`this` in an arrow function is that of the method around it", () => {
        const one = new Counter(3)
        const other = new Doubled()
        same(one.count, 4)
        same(one.all([1, 2]), "7,10")
        same(other.own(), 10)
        one.up([1, 2])
        same(one.later(), 113)
        same(other.later(), 103)
        const { later } = one
        one.count = 0
        same(later(), 100)
    })

    test("a method of an object is a function", () => {
        let sum = 0
        const handler = {
            emit(value: number, by = 2): void {
                sum += value * by
            },
            reset() {
                sum = 0
            },
        }
        handler.emit(4)
        handler.emit(1, 1)
        same(sum, 9)
        handler.reset()
        same(sum, 0)
    })

    test("what only the types tell has no effect", () => {
        const sensor = new Sensor()
        sensor.names.push("led")
        same(sensor.name(0)!.length, 3)
        same(sensor.name("0"), undefined)
        const node = { value: 1 } satisfies Node
        const list: Node[] = [node]
        list[0]!.value = 2
        ;(list[0] as Node).value += 3
        list[0]!.find = by => leaf(by)
        same(list[0]!.find!(6)!.value, 6)
        same(node.value, 5)
        same(shown(5) + shown("a"), "5a")
    })
})
