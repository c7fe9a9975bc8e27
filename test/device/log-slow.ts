import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    BoundedQueue,
    DEBUG,
    ERROR,
    Handler,
    HandlerOptions,
    LogRecord,
} from "../../src/log"
import { Random } from "../vectors/random"
import { account, fresh, info, settle } from "./support/handlers"
import { expectPart, Recorder, thrown } from "./support/log"

/** A slow handler: a queue, which the test empties. */
class Slow implements Handler {
    readonly queue = new BoundedQueue<string>({ entries: 8, bytes: 1000 })

    defaultOptions(): HandlerOptions {
        return { burst: null }
    }

    emit(record: LogRecord, line: string): void {
        this.queue.push(record.message, 10, record.level)
    }
}

describe("slow handlers (L12)", () => {
    afterEach(settle)

    test("drops are one record when the queue is low again", async () => {
        const { log, l, out, clock } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow)
        for (let i = 0; i < 20; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("20 = 0 + 6 + 14")
        // something else falls due while the queue is full: no report yet
        const bad = new Recorder()
        bad.onEmit = () => {
            throw new Error("once")
        }
        log.addHandler("bad", bad, { restartAfter: 1 })
        l.info("fault")
        bad.onEmit = undefined
        clock.now += 1
        log.tick()
        expectPart(out.take(), "back in 1 ms")
        for (let i = 0; i < 4; ++i) slow.queue.shift()
        await ds.sleep(5)
        expect(out.take()).toBe("")
        slow.queue.shift()
        clock.now += 1
        await ds.sleep(100)
        const report = 'log handler "slow": 15 records dropped, queue full'
        expect(out.take()).toBe("warning log " + report)
        expect(slow.queue.peek(slow.queue.length - 1)).toBe(report)
        await ds.sleep(20)
        expect(out.take()).toBe("")
        expect(account(log, "slow")).toBe("23 = 5 + 3 + 15")
    })

    test("a queue that drops each report of its drops is no endless loop", async () => {
        const { log, l, out } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow, { queue: { bytes: 9 } })
        const report = (count: number) =>
            `warning log log handler "slow": ${count} records dropped, queue full`
        l.info("1")
        await ds.sleep(50)
        expect(out.take()).toBe(`info x 1|${report(1)}`)
        // the next one includes the report that was dropped
        l.info("2")
        await ds.sleep(50)
        expect(out.take()).toBe(`info x 2|${report(3)}`)
        expect(account(log, "slow")).toBe("4 = 0 + 0 + 4")
    })

    test("a report that finds the queue full again counts into the next one", async () => {
        const { log, l, clock } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow, {
            queue: { entries: 1, dropAt: 100, lowAt: 0 },
        })
        const chatty = new Recorder()
        log.addHandler("chatty", chatty)
        chatty.onEmit = () => l.info("from inside")
        // one is queued, two are dropped, and one more is refused: it was logged too deep inside
        l.info("1")
        chatty.onEmit = undefined
        l.info("2")
        expect(account(log, "slow")).toBe("3 = 0 + 1 + 2")
        slow.queue.shift()
        clock.now += 1
        log.tick()
        expectPart(slow.queue.shift(), "2 records dropped, queue full")
        // the report of the refused one comes later
        clock.now += 1000
        log.tick()
        expectPart(slow.queue.shift(), "1 records dropped that were logged")
        expect(account(log, "slow")).toBe("5 = 3 + 0 + 2")
    })

    test("what a handler adds to its account is told, too, in a copy", () => {
        const { log } = fresh()
        const own = {
            received: 5,
            delivered: 3,
            queued: 1,
            dropped: 1,
            connected: true,
        }
        log.addHandler("link", { emit: () => {}, account: () => own })
        const told: any = info(log, "link").account
        expect(told.connected).toBe(true)
        expect(account(log, "link")).toBe("5 = 3 + 1 + 1")
        told.received = 0
        expect(own.received).toBe(5)
    })

    test("a queue that fills again after a flush drops until it is low", () => {
        const queue = new BoundedQueue<number>({
            entries: 8,
            dropAt: 50,
            lowAt: 25,
            flushAfter: 3,
        })
        for (let i = 0; i < 7; ++i) queue.push(i, 1)
        expect(`${queue.stage} ${queue.length}`).toBe("flush 1")
        for (let i = 0; i < 3; ++i) expect(queue.push(i, 1)).toBe(true)
        expect(queue.push(0, 1)).toBe(false)
        expect(queue.stage).toBe("drop")
        queue.shift()
        expect(queue.push(0, 1)).toBe(false)
        // the reserve is there for what is vital
        expect(queue.push(0, 1, ERROR)).toBe(true)
        queue.shift()
        expect(`${queue.stage} ${queue.length}`).toBe("drop 3")
        queue.shift()
        expect(`${queue.stage} ${queue.length}`).toBe("async 2")
        expect(queue.push(0, 1)).toBe(true)
    })

    test("every account adds up at every moment of an overload", async () => {
        const { log, l, out, clock } = fresh()
        const slow = new Slow()
        const random = new Random(11)
        const faulty = () => {
            if (random.below(10) === 0) throw "now and then"
        }
        log.addHandler("slow", slow)
        log.addHandler(
            "limited",
            { emit: () => {} },
            { burst: { records: 3, window: 10 } }
        )
        log.addHandler("faulty", { emit: faulty }, { restartAfter: 4 })
        let calls = 0
        const names = ["out", "slow", "limited", "faulty"]
        for (let i = 0; i < 150; ++i) {
            for (let k = random.below(4); k > 0; --k) {
                l.log(random.below(DEBUG), "{0}", i)
                calls++
            }
            for (let k = random.below(3); k > 0; --k) slow.queue.shift()
            clock.now += random.below(5)
            log.tick()
            out.take()
            for (const name of names) account(log, name)
            await ds.sleep(0)
        }
        // all but the faulty one, which misses those of its breaks, got the same records
        const { received } = info(log, "out").account
        expect(received > calls).toBe(true)
        expect(info(log, "slow").account.received).toBe(received)
        expect(info(log, "limited").account.received).toBe(received)
        expect(info(log, "slow").account.dropped > 0).toBe(true)
        expect(info(log, "limited").account.dropped > 0).toBe(true)
        expect(info(log, "faulty").account.dropped > 0).toBe(true)
    })

    test("limits come from options, also while running", () => {
        const { log, l } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow, { queue: { dropAt: 100 } })
        for (let i = 0; i < 20; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("20 = 0 + 8 + 12")
        log.configureHandler("slow", { queue: { entries: 10 } })
        // no room for lesser ones before it has been low
        for (let i = 0; i < 5; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("25 = 0 + 8 + 17")
        for (let i = 0; i < 5; ++i) l.error("{0}", i)
        expect(account(log, "slow")).toBe("30 = 0 + 10 + 20")
        expect(slow.queue.peek(9)).toBe("1")
        expectPart(
            thrown(() => log.configureHandler("slow", { queue: { bytes: 0 } })),
            "queue: bytes: wanted"
        )
    })
})
