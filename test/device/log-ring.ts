import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    BoundedQueue,
    cut,
    ERROR,
    INFO,
    LogSystem,
    RingHandler,
    STAGE_ASYNC,
    STAGE_DROP,
    STAGE_FLUSH,
} from "../../src/log"
import { settle } from "./support/handlers"
import { expectPart, thrown } from "./support/log"
import { ManualClock } from "../../src/testing"
import { Random } from "../vectors/random"

/** A ring with the lines `0`, `1`, ... in it. */
function ringOf(bytes: number, count: number): RingHandler {
    const ring = new RingHandler(bytes)
    for (let i = 0; i < count; ++i) ring.emit(undefined, `line ${i}`)
    return ring
}

describe("RAM ring (L15)", () => {
    afterEach(settle)

    test("keeps whole lines, the oldest go first", () => {
        // a line takes its 6 bytes and one more: 9 fit, then an eighth is freed besides
        expect(ringOf(64, 9).cat().length).toBe(9)
        const ring = ringOf(64, 10)
        expect(ring.cat().join("|")).toBe(
            "line 2|line 3|line 4|line 5|line 6|line 7|line 8|line 9"
        )
        ring.emit(undefined, "longer line")
        expect(ring.cat().join("|")).toBe(
            "line 4|line 5|line 6|line 7|line 8|line 9|longer line"
        )
    })

    test("gives what a plain list gives, over hundreds of wrap-arounds", async () => {
        const random = new Random(7)
        const words = ["a", "bé", "c€d", "😀", "ef", "", "ghij"]
        const ring = new RingHandler(100)
        const all: string[] = []
        for (let i = 0; i < 300; ++i) {
            const parts: string[] = []
            const count = random.below(9)
            for (let k = 0; k < count; ++k) parts.push(random.pick(words))
            const line = parts.join("")
            ring.emit(undefined, line)
            all.push(line)
            const kept = ring.cat()
            const first = all.length - kept.length
            expect(kept.join("|")).toBe(all.slice(first).join("|"))
            expect(ring.next()).toBe(i + 1)
            expect(ring.first()).toBe(first)
            // what is gone did not fit: an eighth is free, and a part of a line
            let used = 0
            for (const text of kept) used += text.byteLength + 1
            expect(used <= 100).toBe(true)
            if (first > 0) expect(used > 100 - 13 - 33).toBe(true)
            await ds.sleep(0)
        }
    })

    test("a line longer than the ring is cut at a character and marked", () => {
        const ring = new RingHandler(64)
        ring.emit(undefined, "before")
        const parts: string[] = []
        for (let i = 0; i < 40; ++i) parts.push("€")
        ring.emit(undefined, parts.join(""))
        const [line] = ring.cat()
        expect(ring.cat().length).toBe(1)
        expect(line).toBe(parts.slice(0, 17).join("") + "[+69 bytes]")
        expect(line.byteLength <= 63).toBe(true)
        ring.emit(undefined, "after")
        expect(ring.cat().join("|")).toBe("after")
        // one that just fits stays whole
        const exact = parts.slice(0, 21).join("")
        expect(exact.byteLength).toBe(63)
        ring.emit(undefined, exact)
        expect(ring.cat().join("|")).toBe(exact)
        ring.emit(undefined, exact + "c")
        expect(ring.cat().join("|")).toBe(
            parts.slice(0, 17).join("") + "[+13 bytes]"
        )
    })

    test("tail, since and indexes", () => {
        const ring = ringOf(256, 100)
        expect(ring.tail(2).join("|")).toBe("line 98|line 99")
        expect(ring.tail(0).length).toBe(0)
        expect(ring.tail(1000).length).toBe(ring.cat().length)
        const first = ring.first()
        const all = ring.since(0)
        expect(all.from).toBe(first)
        expect(all.lines[0]).toBe(`line ${first}`)
        expect(all.next).toBe(100)
        const some = ring.since(97, 2)
        expect(some.lines.join("|")).toBe("line 97|line 98")
        expect(some.next).toBe(99)
        expect(ring.since(100).lines.length).toBe(0)
        expect(ring.since(100).next).toBe(100)
        // an index from before a restart
        expect(ring.since(5000).from).toBe(first)
    })

    test("grep: a part, a pattern, a list, a limit", () => {
        const ring = new RingHandler(512)
        ;[
            "1.0 [INFO] [net] link up",
            "1.5 [ERROR] [pump.service] dry",
            "2.0 [INFO] [pump.service] ok",
            "2.5 [ERROR] [net.syslog] gone",
        ].forEach(line => ring.emit(undefined, line))
        expect(ring.grep("pump").length).toBe(2)
        expect(ring.grep("[ERROR]*net").join("|")).toBe(
            "2.5 [ERROR] [net.syslog] gone"
        )
        expect(ring.grep("ERROR*INFO").length).toBe(0)
        expect(ring.grep(["up", "d*y"]).length).toBe(2)
        expect(ring.grep("[", 1).join("|")).toBe(
            "2.5 [ERROR] [net.syslog] gone"
        )
        expect(ring.grep("[", 0).length).toBe(0)
        expect(ring.grep([]).length).toBe(0)
        const seen: string[] = []
        ring.each(2, line => seen.push(line))
        expect(seen.join("|")).toBe(ring.tail(2).join("|"))
        ring.each(100, line => seen.push(line))
        expect(seen.length).toBe(2 + ring.cat().length)
    })

    test("follow waits for new lines", async () => {
        const ring = ringOf(256, 3)
        const got: string[] = []
        const follow = async () => {
            let at = ring.next()
            while (got.length < 3) {
                const { lines, next } = await ring.follow(at)
                for (const line of lines) got.push(line)
                at = next
            }
        }
        follow.start()
        follow.start()
        await ds.sleep(5)
        expect(got.length).toBe(0)
        ring.emit(undefined, "a")
        ring.emit(undefined, "b")
        await ds.sleep(5)
        expect(got.join("|")).toBe("a|b|a|b")
        const late = await ring.follow(ring.next(), 5)
        expect(late.lines.length).toBe(0)
        expect((await ring.follow(0, 5)).lines.length).toBe(5)
    })

    test("follow is bounded, and a follower that timed out leaves", async () => {
        const ring = ringOf(256, 1)
        const follow = async () => {
            await ring.follow(1, 20)
        }
        for (let i = 0; i < 4; ++i) follow.start()
        await ds.sleep(3)
        let message = ""
        try {
            await ring.follow(1, 5)
        } catch (e: any) {
            message = e.message
        }
        expect(message).toBe("at most 4 follow a ring")
        await ds.sleep(30)
        expect((await ring.follow(1, 3)).lines.length).toBe(0)
    })

    test("clear forgets lines, not indexes; sizes are checked", () => {
        const ring = ringOf(128, 5)
        ring.clear()
        expect(ring.cat().length).toBe(0)
        ring.emit(undefined, "new")
        expect(ring.since(0).from).toBe(5)
        expect(ring.cat().join("|")).toBe("new")
        expectPart(
            thrown(() => new RingHandler(10)),
            "ring: size: wanted a whole number, 64 to 57344 bytes, got 10"
        )
        const odd = new RingHandler(65)
        for (let i = 0; i < 30; ++i) odd.emit(undefined, `odd ${i}`)
        expect(odd.tail(1).join("|")).toBe("odd 29")
    })

    test("takes every record of a burst by default", () => {
        const log = new LogSystem(new ManualClock())
        const ring = new RingHandler(4096)
        log.addHandler("ring", ring)
        const l = log.logger("x")
        for (let i = 0; i < 150; ++i) l.info("{0}", i)
        expect(ring.next()).toBe(150)
        expect(ring.tail(1).join("|")).toBe("1.000 [INFO] [x] 149")
    })
})

describe("cut", () => {
    test("at a character, within the bytes, marked", () => {
        expect(cut("hello", 5)).toBe("hello")
        expect(cut("hello world", 9)).toBe("hello ...")
        expect(cut("é😀€é😀€é😀€", 12)).toBe("é😀€...")
        expect(cut("hello world", 3)).toBe("...")
    })

    test("says how much is missing, also of what was cut before", () => {
        const parts: string[] = []
        for (let i = 0; i < 300; ++i) parts.push("€123456789")
        const whole = parts.join("")
        for (const sizes of [[1024], [1024, 480], [2000, 1024, 100, 41]]) {
            let text = whole
            for (const bytes of sizes) {
                text = cut(text, bytes)
                expect(text.byteLength <= bytes).toBe(true)
            }
            const at = text.indexOf("[+")
            const missing = parseInt(text.slice(at + 2))
            expect(text.slice(at)).toBe(`[+${missing} bytes]`)
            expect(text.slice(0, at).byteLength + missing).toBe(3600)
            expect(whole.slice(0, at)).toBe(text.slice(0, at))
        }
        // what only looks like it
        expect(
            cut(whole.slice(0, 100) + " [+5 bytes", 100).endsWith("[+42 bytes]")
        ).toBe(true)
    })

    // rows: L14a
    test("messages are bounded", () => {
        const log = new LogSystem(new ManualClock())
        const ring = new RingHandler(4096)
        log.addHandler("ring", ring)
        const parts: string[] = []
        for (let i = 0; i < 300; ++i) parts.push("0123456789")
        log.logger("x").info(parts.join(""))
        const [line] = ring.cat()
        const head = "1.000 [INFO] [x] ".length
        const at = line.indexOf("[+")
        expect(line.byteLength <= head + 1024).toBe(true)
        expect(line.slice(at)).toBe(`[+${3000 - (at - head)} bytes]`)
    })

    // rows: L14b
    test("messages full of control characters take few steps and little heap", async () => {
        const log = new LogSystem(new ManualClock())
        const ring = new RingHandler(4096)
        log.addHandler("ring", ring)
        const bytes = Buffer.alloc(1000)
        for (let i = 0; i < 1000; ++i) bytes[i] = i & 31
        const text = bytes.toString()
        await ds.sleep(0)
        // of 131,072 steps that a slice has
        for (let i = 0; i < 8; ++i) log.logger("x").info(text)
        const [line] = ring.tail(1)
        const head = "1.000 [INFO] [x] "
        const at = line.indexOf("[+")
        expect(line.byteLength <= head.length + 1024).toBe(true)
        expect(line.slice(0, head.length + 12)).toBe(head + "#000#001#002")
        // 256 of them, escaped, would fill the message; the others count as they are
        const missing = 4 * 256 + 744 - (at - head.length)
        expect(line.slice(at)).toBe(`[+${missing} bytes]`)
    })

    // rows: L14a
    test("four long lists in a message take the steps of one", async () => {
        const log = new LogSystem(new ManualClock())
        const ring = new RingHandler(4096)
        log.addHandler("ring", ring)
        const list: number[] = []
        for (let i = 0; i < 150; ++i) list.push(i & 7)
        const l = log.logger("x")
        await ds.sleep(0)
        for (let i = 0; i < 4; ++i)
            l.info("{0} {1} {2} {3}", list, list, list, list)
        await ds.sleep(0)
        for (let i = 0; i < 4; ++i) l.info(list as any, list, list, list, list)
        for (const line of ring.tail(8)) {
            expect(line.slice(17, 30)).toBe("[0,1,2,3,4,5,")
            expect(line.byteLength < 600).toBe(true)
            expect(line.endsWith(",...]")).toBe(true)
        }
        // what is short is whole beside what is long, and leaves its room to the next
        l.info("{0} {1} {2} {3}", list, 5, { a: [2], b: "c" }, true)
        expect(ring.tail(1)[0].endsWith(',...] 5 {"a":[2],"b":"c"} true')).toBe(
            true
        )
        l.info("{0} {1} {2}", [1], { a: [2] }, list)
        expect(ring.tail(1)[0].slice(17, 40)).toBe('[1] {"a":[2]} [0,1,2,3,')
    })

    test("long messages with a control character here and there are whole", async () => {
        const log = new LogSystem(new ManualClock())
        const ring = new RingHandler(4096)
        log.addHandler("ring", ring)
        for (const word of ["plain text, ", "Küche 21 °C, ", "水温 €𝄞, "]) {
            const parts: string[] = []
            const wanted: string[] = []
            for (let bytes = 0; bytes < 900; bytes += word.byteLength) {
                const isControl = parts.length % 20 === 7
                parts.push(isControl ? "\n\u009b" : word)
                wanted.push(isControl ? "#012#302#233" : word)
            }
            await ds.sleep(0)
            log.logger("x").info(parts.join(""))
            const [line] = ring.tail(1)
            expect(line).toBe("1.000 [INFO] [x] " + wanted.join(""))
        }
    })
})

/** Fails when the account of a queue does not add up. */
function check(queue: BoundedQueue<number>): void {
    const { received, delivered, queued, dropped } = queue.account()
    expect(received).toBe(delivered + queued + dropped)
}

function filled(count: number, options: any): BoundedQueue<number> {
    const queue = new BoundedQueue<number>(options)
    for (let i = 0; i < count; ++i) queue.push(i, 1)
    return queue
}

describe("bounded queue (L12)", () => {
    afterEach(settle)

    test("first in first out, across its end, as a plain list", async () => {
        const random = new Random(3)
        const queue = new BoundedQueue<number>({
            entries: 7,
            bytes: 40,
            dropAt: 100,
            flushAfter: 0,
        })
        let list: number[] = []
        // dropping goes on until the queue is low
        let dropping = false
        for (let i = 0; i < 400; ++i) {
            const bytes = 1 + random.below(12)
            let sum = bytes
            for (const n of list) sum += n % 100
            const fits: boolean = !dropping && list.length < 7 && sum <= 40
            dropping = !fits
            const item = i * 100 + bytes
            expect(queue.push(item, bytes)).toBe(fits)
            if (fits) list.push(item)
            if (random.below(3) === 0) {
                const count = random.below(4)
                for (let k = 0; k < count; ++k) {
                    const wasEmpty = list.length === 0
                    expect(queue.shift()).toBe(list[0])
                    list = list.slice(1)
                    let left = 0
                    for (const n of list) left += n % 100
                    // 25 % of 7 entries and 40 bytes
                    if (!wasEmpty && list.length <= 1 && left <= 10)
                        dropping = false
                }
            }
            expect(queue.length).toBe(list.length)
            for (let k = 0; k < list.length; ++k)
                expect(queue.peek(k)).toBe(list[k])
            check(queue)
            await ds.sleep(0)
        }
        expect(queue.delivered > 100 && queue.dropped > 50).toBe(true)
    })

    test("stages: async, drop with a reserve for what is vital, async", () => {
        const queue = filled(6, { entries: 8, dropAt: 75, lowAt: 25 })
        expect(queue.stage).toBe(STAGE_ASYNC)
        expect(queue.push(6, 1, INFO)).toBe(false)
        expect(queue.stage).toBe(STAGE_DROP)
        expect(queue.push(7, 1, ERROR)).toBe(true)
        expect(queue.push(8, 1, ERROR)).toBe(true)
        expect(queue.push(9, 1, ERROR)).toBe(false)
        expect(queue.dropped).toBe(2)
        let low = 0
        queue.onLow = () => {
            low++
        }
        for (let i = 0; i < 5; ++i) queue.shift()
        expect(queue.stage).toBe(STAGE_DROP)
        expect(low).toBe(0)
        queue.shift()
        expect(queue.stage).toBe(STAGE_ASYNC)
        expect(low).toBe(1)
        expect(queue.takeDropped()).toBe(2)
        expect(queue.takeDropped()).toBe(0)
        queue.unreported += 2
        expect(queue.takeDropped()).toBe(2)
        check(queue)
    })

    test("an entry that is dear to make is admitted before it is made", () => {
        const queue = filled(5, { entries: 6, dropAt: 100 })
        expect(queue.admits(1, INFO)).toBe(true)
        queue.put(5, 1)
        expect(queue.admits(1, INFO)).toBe(false)
        expect(JSON.stringify(queue.account())).toBe(
            '{"received":7,"delivered":0,"queued":6,"dropped":1}'
        )
        expect(queue.bytes).toBe(6)
        // one too large for an empty queue is reported at once
        const empty = new BoundedQueue<number>({ bytes: 100 })
        let low = 0
        empty.onLow = () => {
            low++
        }
        expect(empty.admits(101, ERROR)).toBe(false)
        expect(low).toBe(1)
        expect(empty.stage).toBe(STAGE_ASYNC)
    })

    test("bytes bound it as well as entries", () => {
        const queue = new BoundedQueue<number>({ bytes: 100, dropAt: 80 })
        expect(queue.push(1, 80)).toBe(true)
        expect(queue.push(2, 1)).toBe(false)
        expect(queue.push(3, 20, ERROR)).toBe(true)
        expect(queue.push(4, 1, ERROR)).toBe(false)
        expect(queue.bytes).toBe(100)
        // one that can never fit does not block the others
        const empty = new BoundedQueue<number>({ bytes: 100 })
        expect(empty.push(1, 101, ERROR)).toBe(false)
        expect(empty.push(2, 10)).toBe(true)
        check(empty)
    })

    test("flush: what is stuck is thrown away", () => {
        const queue = filled(8, { entries: 8, dropAt: 100, flushAfter: 5 })
        for (let i = 0; i < 4; ++i) expect(queue.push(100 + i, 1)).toBe(false)
        expect(queue.length).toBe(8)
        expect(queue.push(200, 1)).toBe(true)
        expect(queue.stage).toBe(STAGE_FLUSH)
        expect(queue.length).toBe(1)
        expect(queue.peek(0)).toBe(200)
        expect(queue.dropped).toBe(12)
        expect(queue.shift()).toBe(200)
        expect(queue.stage).toBe(STAGE_ASYNC)
        expect(queue.shift()).toBe(undefined)
        check(queue)
    })

    test("a queue that moves is not flushed", () => {
        const queue = filled(8, { entries: 8, dropAt: 100, flushAfter: 5 })
        for (let i = 0; i < 40; ++i) {
            queue.push(i, 1)
            if (i % 4 === 3) queue.shift()
            if (i % 4 === 3) queue.push(i, 1, ERROR)
        }
        expect(queue.length).toBe(8)
        expect(queue.stage).toBe(STAGE_DROP)
        check(queue)
    })

    test("limits change while running, entries stay", () => {
        const queue = filled(5, { entries: 8, dropAt: 100 })
        queue.shift()
        queue.push(5, 1)
        queue.configure({ entries: 3 })
        expect(queue.push(6, 1)).toBe(false)
        const got: number[] = []
        while (queue.length) got.push(queue.shift())
        expect(got.join()).toBe("1,2,3,4,5")
        for (let i = 0; i < 5; ++i) queue.push(i, 1)
        expect(queue.length).toBe(3)
        expectPart(
            thrown(() => queue.configure({ lowAt: 101 })),
            "queue: lowAt: wanted a whole number, 0 to 100 percent, got 101"
        )
        expectPart(
            thrown(() => new BoundedQueue({ entries: 5000 })),
            "queue: entries: wanted a whole number, 1 to 4096, got 5000"
        )
        queue.clear()
        expect(queue.length + queue.bytes).toBe(0)
        check(queue)
    })
})
