// rows: L2 L5 L7 L10 L14c L14d
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    covers,
    FilterAnswer,
    FilterChain,
    Handler,
    HandlerOptions,
    IGNORE,
    KEEP,
    Level,
    levelFilter,
    levelName,
    LogFilter,
    Logger,
    LogReceiver,
    LogRecord,
    LogSystem,
    NONE,
    parseLevelSpec,
    STOP,
    topicFilter,
    TRACE,
    Verdict,
} from "../../src/log"
import { ManualClock } from "../../src/testing"
import { Random } from "../vectors/random"
import { info } from "./support/handlers"

// A plain model of docs/log.md, "Levels", "Handlers" and "Filters", beside the log: random commands
// to both, and each handler must get the records that the model gives it, no others.

const SEED = 1
const STEPS = 1500
const TOPICS = "a b ab aab a.b a.b.net net.a net.b.ab task.a task.a.b task.net"
const PATTERNS = TOPICS + " a* *b *.b a*b task.* task.*b n*t *"
const HANDLERS = ["h0", "h1", "h2"]

interface Override {
    topic: string
    level: Level
}

/** Whether the later `a` is the more exact one of two patterns. */
function isExacter(a: string, b: string): boolean {
    const [charsA, charsB] = [a, b].map(p => p.split("*").join("").length)
    if (charsA !== charsB) return charsA > charsB
    return !(a.includes("*") && !b.includes("*"))
}

/** The most exact of those whose topics cover one; undefined for none. */
function mostExact<T extends { topic: string }>(list: T[], topic: string): T {
    let best: T = undefined
    for (const one of list)
        if (covers(one.topic, topic))
            if (!best || isExacter(one.topic, best.topic)) best = one
    return best
}

class Levels {
    overrides: Override[] = []

    constructor(readonly fallback: Level) {}

    of(topic: string): Level {
        const best = mostExact(this.overrides, topic)
        return best ? best.level : this.fallback
    }

    set(topic: string, level: Level | undefined): void {
        const old = this.overrides.find(one => one.topic === topic)
        if (level === undefined)
            this.overrides = this.overrides.filter(one => one !== old)
        else if (old) old.level = level
        else this.overrides.push({ topic, level })
    }

    text(): string {
        let text = levelName(this.fallback)
        for (const { topic, level } of this.overrides)
            text += ` ${levelName(level)}@${topic}`
        return text
    }
}

/** A filter that can be made to throw. It answers for both sides, as all filters do alike. */
class TestFilter implements LogFilter {
    armed = false
    out = false
    /** Topic of those before all handlers. */
    topic = "*"

    constructor(
        readonly name: string,
        readonly inner: LogFilter
    ) {}

    filter(record: LogRecord): FilterAnswer {
        if (this.armed) throw new Error(this.name)
        return this.inner.filter(record)
    }
}

/** Changes the level of every other record. */
class Changer implements LogFilter {
    readonly name = "changer"

    constructor(readonly level: Level) {}

    filter(record: LogRecord): FilterAnswer {
        if (record.time % 2 > 0) return IGNORE
        const copy = Object.assign({}, record) as LogRecord
        copy.level = this.level
        return copy
    }
}

/** A handler with what the model knows of it. */
class Sink implements Handler {
    receiver: LogReceiver
    level: Level = TRACE
    levels: Levels
    loggers: string[]
    direct = false
    filters: TestFilter[] = []
    filterDefault: Verdict = KEEP
    armed = false
    failed = false
    readonly seen: string[] = []
    readonly expected: string[] = []

    constructor(readonly name: string) {}

    emit({ level, topic, message }: LogRecord): void {
        if (this.armed) throw new Error(this.name)
        this.seen.push(`${levelName(level)} ${topic} ${message}`)
    }

    own(topic: string): Level {
        return this.levels ? this.levels.of(topic) : this.level
    }

    /** What threw is back. */
    restore(): void {
        this.armed = this.failed = false
        for (const filter of this.filters) filter.armed = filter.out = false
    }
}

/** The record after filters; undefined when it is stopped. */
function filtered(
    filters: TestFilter[],
    verdict: Verdict,
    record: LogRecord
): LogRecord | undefined {
    const list = filters.filter(
        ({ out, topic }) => !out && covers(topic, record.topic)
    )
    if (!list.length) return record
    for (const filter of list) {
        if (filter.armed) {
            filter.out = true
            continue
        }
        const answer = filter.inner.filter(record)
        if (answer === STOP) return undefined
        if (answer === IGNORE) continue
        verdict = KEEP
        if (answer !== KEEP) record = answer as LogRecord
    }
    return verdict === KEEP ? record : undefined
}

class Play {
    private readonly clock = new ManualClock()
    private readonly log: LogSystem
    private readonly random = new Random(SEED)
    private readonly loggers: { topic: string; logger: Logger }[] = []
    private levels: Levels
    private sinks: Sink[] = []
    private restrictions: { topic: string; handler: string }[] = []
    private filters: TestFilter[] = []
    private filterDefault: Verdict = KEEP
    private heard = false
    private most: Level

    constructor() {
        this.levels = this.spec(6)
        this.log = new LogSystem(this.clock, this.levels.text())
        // the log's own reports go nowhere
        this.log.addHandler("void", new Sink("void"), { level: NONE })
        this.log.restrict("log", "void")
        for (const topic of TOPICS.split(" ")) {
            const logger = topic.startsWith("task.")
                ? this.log.service(topic.slice(5))
                : this.log.logger(topic)
            this.loggers.push({ topic, logger })
        }
        const [{ topic, logger }] = this.loggers
        this.loggers.push({ topic, logger: logger.with({ a: 1 }) })
        this.most = this.log.maxLevel()
        this.log.onLevelChange(() => {
            this.heard = true
        })
    }

    private pattern(): string {
        return this.random.pick(PATTERNS.split(" "))
    }

    private level(): Level {
        return this.random.below(9) - 1
    }

    private verdict(): Verdict {
        return this.random.happens(50) ? KEEP : STOP
    }

    private spec(fallback: Level): Levels {
        const levels = new Levels(
            this.random.happens(70) ? this.level() : fallback
        )
        const count = this.random.below(5)
        for (let i = 0; i < count; ++i) levels.set(this.pattern(), this.level())
        return levels
    }

    private filter(): TestFilter {
        const { random } = this
        const kind = random.below(3)
        const name = "filter" + random.below(4)
        const verdict = this.verdict()
        if (kind === 0)
            return new TestFilter(
                name,
                levelFilter(2, random.below(9), verdict)
            )
        if (kind === 1)
            return new TestFilter(name, topicFilter(this.pattern(), verdict))
        return new TestFilter(name, new Changer(random.below(9)))
    }

    /** Random options, which the model of the handler takes over. */
    private options(sink: Sink): HandlerOptions {
        const { random } = this
        const options: HandlerOptions = { burst: null }
        if (random.happens(40)) {
            options.level = sink.level = random.below(10) - 1
            sink.levels = undefined
        }
        if (random.happens(25)) {
            sink.levels = this.spec(NONE)
            options.levels = parseLevelSpec(sink.levels.text(), NONE)
        }
        if (random.happens(25))
            options.loggers = sink.loggers = [this.pattern(), this.pattern()]
        if (random.happens(30))
            options.direct = sink.direct = random.happens(50)
        if (random.happens(30))
            options.filterDefault = sink.filterDefault = this.verdict()
        if (random.happens(30)) {
            sink.filters = [this.filter(), this.filter()]
            options.filters = new FilterChain(sink.filters)
        }
        return options
    }

    /** Whether records of a topic go to a handler, levels aside. */
    private mayTake(sink: Sink, topic: string): boolean {
        if (sink.failed) return false
        const { sinks } = this
        const inForce = this.restrictions.filter(({ handler }) =>
            sinks.some(({ name, failed }) => name === handler && !failed)
        )
        const only = mostExact(inForce, topic)
        if (only && only.handler !== sink.name) return false
        return (
            !sink.loggers ||
            sink.loggers.some(pattern => covers(pattern, topic))
        )
    }

    private maxLevel(topic: string): Level {
        let most = NONE
        const ceiling = this.levels.of(topic)
        for (const sink of this.sinks) {
            if (!this.mayTake(sink, topic)) continue
            const own = sink.own(topic)
            most = Math.max(most, sink.direct ? own : Math.min(own, ceiling))
        }
        return most
    }

    /** One log call, and what the model makes of it. */
    private call(): void {
        const { random, clock } = this
        clock.now++
        const { topic, logger } = random.pick(this.loggers)
        const level = random.below(9)
        const message = "" + clock.now
        logger.log(level, message)
        if (level > this.maxLevel(topic)) return
        let record: LogRecord = {
            time: clock.now,
            wall: undefined,
            level,
            topic,
            mark: undefined,
            name: topic,
            message,
            meta: undefined,
        }
        const sinks = this.sinks.filter(sink => this.mayTake(sink, topic))
        record = filtered(this.filters, this.filterDefault, record)
        if (!record) return
        for (const sink of sinks) {
            if (level > this.levels.of(topic) && !sink.direct) continue
            if (record.level > sink.own(topic)) continue
            const own = filtered(sink.filters, sink.filterDefault, record)
            if (!own) continue
            if (sink.armed) sink.failed = true
            else
                sink.expected.push(
                    `${levelName(own.level)} ${topic} ${message}`
                )
        }
    }

    private addHandler(): void {
        const name = this.random.pick(HANDLERS)
        if (this.sinks.some(sink => sink.name === name)) return
        const sink = new Sink(name)
        this.log.addHandler(name, sink, this.options(sink))
        this.sinks.push(sink)
    }

    private subscribe(): void {
        if (this.sinks.some(({ receiver }) => receiver !== undefined)) return
        const levels = this.spec(NONE)
        const receiver = this.log.subscribe(levels.text())
        const sink = new Sink(receiver.name)
        this.sinks.push(Object.assign(sink, { receiver, levels, direct: true }))
    }

    private async remove(sink: Sink): Promise<void> {
        this.sinks = this.sinks.filter(other => other !== sink)
        if (sink.receiver) await this.log.unsubscribe(sink.receiver)
        else await this.log.removeHandler(sink.name)
    }

    private setLevels(): void {
        if (this.random.happens(50)) {
            this.levels = this.spec(6)
            this.log.setSpec(this.levels.text())
            return
        }
        const topic = this.pattern()
        const level = this.random.happens(70) ? this.level() : undefined
        this.levels.set(topic, level)
        this.log.setLevel(topic, level)
    }

    private restrict(): void {
        const topic = this.pattern()
        const { sinks, random } = this
        this.restrictions = this.restrictions.filter(r => r.topic !== topic)
        const isOver = this.restrictions.length > 6 || random.happens(50)
        const handler =
            isOver || !sinks.length ? undefined : random.pick(sinks).name
        this.log.restrict(topic, handler)
        if (handler) this.restrictions.push({ topic, handler })
    }

    private changeFilters(): void {
        const filter = this.filter()
        const { name } = filter
        const isRemoved = this.log.removeFilter(name)
        const others = this.filters.filter(other => other.name !== name)
        expect(isRemoved).toBe(others.length < this.filters.length)
        this.filters = others
        if (isRemoved) return
        filter.topic = this.pattern()
        this.log.addFilter(filter, { topic: filter.topic })
        this.filters.push(filter)
    }

    /** Has a handler or a filter throw from now on. */
    private arm(): void {
        const sink = this.random.pick(this.sinks)
        if (sink && !sink.receiver) sink.armed = true
        const filter = this.random.pick(
            this.random.happens(50) || !sink ? this.filters : sink.filters
        )
        if (filter) filter.armed = true
    }

    async step(): Promise<void> {
        const { random, log, sinks } = this
        const sink = sinks[random.below(sinks.length + 1)]
        const kind = random.below(40)
        if (kind === 0) this.addHandler()
        else if (kind === 1) this.subscribe()
        else if (kind === 2 && sink && random.happens(50))
            await this.remove(sink)
        else if (kind < 6 && sink) {
            sink.restore()
            log.configureHandler(sink.name, this.options(sink))
        } else if (kind < 9) this.setLevels()
        else if (kind === 9) this.restrict()
        else if (kind === 10) this.changeFilters()
        else if (kind === 11) {
            this.filterDefault = this.verdict()
            log.setFilterDefault(this.filterDefault)
        } else if (kind === 12) this.arm()
        else for (let i = 0; i < 4; ++i) this.call()
        log.tick()
    }

    /** Compares what the handlers got, what is enabled, and whether changes were reported. */
    async check(): Promise<void> {
        for (const sink of this.sinks) {
            const { receiver, seen, expected, name, failed } = sink
            while (receiver && receiver.queue.length > 0)
                sink.emit(await receiver.receive())
            expect(`${name}: ${seen.join()}`).toBe(
                `${name}: ${expected.join()}`
            )
            while (seen.length) seen.pop()
            while (expected.length) expected.pop()
            const { state } = info(this.log, name)
            expect(`${name} ${state}`).toBe(
                `${name} ${failed ? "failed" : "running"}`
            )
        }
        await ds.sleep(0)
        const { topic, logger } = this.random.pick(this.loggers)
        const most = this.maxLevel(topic)
        const level = this.random.below(9)
        expect(`${topic} ${logger.maxLevel()}`).toBe(`${topic} ${most}`)
        expect(logger.isEnabled(level)).toBe(level <= most)
        const maxLevel = this.log.maxLevel()
        expect(maxLevel >= most).toBe(true)
        if (maxLevel !== this.most) expect(this.heard).toBe(true)
        this.most = maxLevel
        this.heard = false
    }
}

describe("the log against its model", () => {
    test("1,500 random steps", async () => {
        console.log(`    seed ${SEED}`)
        const play = new Play()
        for (let i = 0; i < STEPS; ++i) {
            await play.step()
            await ds.sleep(0)
            await play.check()
        }
    })
})
