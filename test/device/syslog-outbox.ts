// rows: S6
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    applyOptions,
    arrive,
    frameBytes,
    nextFrame,
    newOutbox,
    passMark,
    push,
    settle,
    watch,
} from "../../src/syslog/outbox"
import { copyBytes } from "../../src/platform"
import { MAX_SEQUENCE } from "../../src/syslog"
import { completeOptions } from "../../src/syslog/options"
import { Random } from "../vectors/random"

/** Random operations on each of the rings below. */
const OPERATIONS = 2000
/** Sizes of these: the least, an odd one, and the usual one. */
const SIZES = [2048, 3333, 8192]
/** Most operations between two waits: the VM bounds the steps of a slice. */
const A_SLICE = 20
/** Bytes that a full ring frees beyond what is needed. */
const SPARE = 256
const WORDS = "the tank is empty, tänk ïs ëmpty, ...................."

/** An outbox, and a list that knows what must be in it. */
class Model {
    readonly out = newOutbox()
    /** Frames from number `first` on. */
    kept: string[] = []
    first = 1
    /** How often the watcher of a place was called. */
    called = 0

    constructor(
        readonly size: number,
        readonly random: Random
    ) {
        const self = this
        this.out.onWatched = () => self.called++
        applyOptions(
            this.out,
            completeOptions({ host: "h", queueBytes: size, hostname: "b" })
        )
    }

    /** Bytes of all frames from an index on. */
    bytes(index = 0): number {
        let sum = 0
        for (let i = index; i < this.kept.length; ++i)
            sum += this.kept[i].byteLength
        return sum
    }

    drop(): void {
        this.kept.shift()
        this.first++
    }

    push(): void {
        const { out, random, kept } = this
        const words: string[] = []
        for (let i = random.below(12); i >= 0; --i)
            words.push(WORDS.slice(0, random.below(WORDS.length)))
        const message = words.join("|")
        const text = `<134>1 - b t - t [meta sequenceId="${out.sequence}" sysUpTime="0"] ${message}`
        const frame = `${text.byteLength} ${text}`
        push(out, { time: 1, wall: undefined, level: 6, topic: "t", message })
        const { room } = out
        if (this.bytes() + frame.byteLength > room)
            while (this.bytes() + frame.byteLength > room - SPARE) this.drop()
        kept.push(frame)
        expect(out.sequence).toBe(this.first + kept.length)
    }

    /** Sends some frames, of which the cursor is then behind. */
    send(): void {
        const { out, random, kept, first } = this
        settle(out)
        let size = 0
        const from = out.sent - first
        const count = Math.min(random.below(8), kept.length - from)
        for (let i = 0; i < count; ++i)
            size += frameBytes(out, out.sentEnd + size)
        const text = copyBytes(out, out.sentEnd, size).toString()
        expect(text).toBe(kept.slice(from, from + count).join(""))
        out.sent += count
        out.sentEnd += size
    }

    release(): void {
        const { out, random, first } = this
        settle(out)
        if (random.below(2) > 0) passMark(out)
        else arrive(out, first + random.below(out.sent - first + 1))
        while (this.first < out.first) this.drop()
    }

    check(): void {
        const { out } = this
        expect(out.first).toBe(this.first)
        expect(out.end - out.start).toBe(this.bytes())
        settle(out)
        expect(out.end - out.sentEnd).toBe(this.bytes(out.sent - this.first))
    }
}

describe("the ring of syslog is a list of frames with an end", () => {
    SIZES.forEach(size => {
        test(`${size} bytes, ${OPERATIONS} operations`, async () => {
            const random = new Random(size)
            const model = new Model(size, random)
            for (let i = 0; i < OPERATIONS; ++i) {
                const what = random.below(10)
                if (what < 6) model.push()
                else if (what < 8) model.send()
                else model.release()
                model.check()
                if (i % A_SLICE === 0) await ds.sleep(0)
            }
        })
    })

    test("after the largest sequenceId comes 1, in frames of the right size", () => {
        const { out } = new Model(2048, new Random(1))
        // as if all records before these had come and gone
        out.sequence = MAX_SEQUENCE - 1
        out.decade = MAX_SEQUENCE + 1
        const wanted: string[] = []
        for (const sequence of [MAX_SEQUENCE - 1, MAX_SEQUENCE, 1, 2]) {
            const message = "round"
            push(out, {
                time: 1,
                wall: undefined,
                level: 6,
                topic: "t",
                message,
            })
            const text = `<134>1 - b t - t [meta sequenceId="${sequence}" sysUpTime="0"] round`
            wanted.push(`${text.byteLength} ${text}`)
        }
        const sent = copyBytes(out, out.sentEnd, out.end - out.sentEnd)
        expect(sent.toString()).toBe(wanted.join(""))
        expect(nextFrame(out)).toBe(MAX_SEQUENCE + 3)
    })

    test("metadata leaves room for the text, in a ring that is less than a message may be", async () => {
        const out = newOutbox()
        applyOptions(
            out,
            completeOptions({ host: "h", queueBytes: 2048, maxBytes: 8192 })
        )
        const meta: Record<string, string> = {}
        for (let i = 10; i < 26; ++i) {
            meta["key" + i] = WORDS + WORDS + WORDS + WORDS
            await ds.sleep(0)
        }
        const event = { time: 1, wall: undefined as number, level: 6 }
        push(out, { ...event, topic: "t", message: "the text", meta })
        const frame = copyBytes(out, out.start, out.end - out.start).toString()
        expect(out.first).toBe(1)
        expect(frame.includes('key10="the tank')).toBe(true)
        expect(frame.endsWith("] the text")).toBe(true)
    })

    test("metadata that is control characters throughout does not hold the VM up", async () => {
        const out = newOutbox()
        applyOptions(out, completeOptions({ host: "h", queueBytes: 8192 }))
        const parts: string[] = []
        for (let i = 0; i < 500; ++i)
            parts.push("\x01\x02\x03\x04\x05\x06\x07\x08")
        const meta = { data: parts.join("") }
        const event = { time: 1, wall: undefined as number, level: 6 }
        await ds.sleep(0)
        push(out, { ...event, topic: "t", message: "the text", meta })
        const frame = copyBytes(out, out.start, out.end - out.start).toString()
        expect(frame.includes('data="#001#002#003')).toBe(true)
        expect(frame.endsWith('"] the text')).toBe(true)
    })

    test("metadata of long lists takes the steps of one message", async () => {
        const out = newOutbox()
        applyOptions(out, completeOptions({ host: "h", queueBytes: 8192 }))
        const list: number[] = []
        for (let i = 0; i < 150; ++i) list.push(i & 7)
        const meta: Record<string, any> = {}
        meta["list0"] = list
        meta["count"] = 150
        meta["range"] = { from: 0, to: 7 }
        for (let i = 1; i < 16; ++i) meta["list" + i] = list
        const event = { time: 1, wall: undefined as number, level: 6 }
        await ds.sleep(0)
        // of 131,072 steps that a slice has
        for (let i = 0; i < 2; ++i)
            push(out, { ...event, topic: "t", message: "the text", meta })
        const frame = copyBytes(out, out.start, out.end - out.start).toString()
        expect(frame.includes('list0="[0,1,2,3,4,5,6,7,0,')).toBe(true)
        expect(frame.includes(' count="150" ')).toBe(true)
        expect(frame.includes('range="{\\"from\\":0,\\"to\\":7}"')).toBe(true)
        expect(frame.endsWith('"] the text')).toBe(true)
    })

    test("whoever watches a place is called once, before it is passed", async () => {
        const model = new Model(2048, new Random(7))
        watch(model.out, 0)
        model.push()
        expect(model.called).toBe(1)
        for (let i = 0; i < 50; ++i) {
            const { called } = model
            watch(model.out, 600)
            while (model.called === called) {
                model.push()
            }
            model.push()
            expect(model.called).toBe(called + 1)
            await ds.sleep(0)
        }
    })
})
