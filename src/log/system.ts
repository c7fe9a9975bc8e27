import { Clock, Signal } from "../platform"
import { checkRange } from "./check"
import { changeSpec, checkTrace, LevelWatch } from "./control"
import { Channel, Core, Deferred, HandlerEntry, Source } from "./core"
import { changeEntry, checkOptions, makeEntry } from "./entry"
import { LOG_TOPIC } from "./faults"
import { LogFilter, TASK_PREFIX } from "./filters"
import { DEFAULT_BURST, Handler, HandlerOptions, MAX_BURST } from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { doDue, wakeAt } from "./keeper"
import { INFO, Level, NONE } from "./levels"
import { closeEntry, HandlerInfo, handlerInfo, openEntry } from "./lifecycle"
import { Logger, ServiceLogger } from "./logger"
import { FilterOptions, PrimaryFilters } from "./primary"
import { QueueOptions } from "./queue"
import { LogRecord } from "./record"
import { Restrictions } from "./restrictions"
import { LevelRules, parseLevelSpec } from "./spec"
import { checkName, getEntry, finestOf, placeEntry, removeEntry } from "./table"
import { firstLogger } from "./register"
import { invalidate, serviceMark } from "./topics"

/** A time that no clock shows. */
const NEVER = -1

/**
 * The log: loggers by topic, handlers by name, levels by specification.
 *
 * The level that counts for a call is kept with its topic, so that a disabled call costs one
 * comparison; whatever changes levels, handlers or filters computes it anew.
 * @devsWhenUsed
 */
export class LogSystem implements Core {
    // those of the hot path first, and always set
    busy = false
    readonly record: LogRecord = {
        level: 0,
        time: NEVER,
        message: "",
        topic: "",
        mark: undefined,
        wall: undefined,
        meta: undefined,
    }
    source: Source = undefined
    readonly millis: () => number
    primary: PrimaryFilters = undefined
    deferred: Deferred[] = undefined
    readonly channels: Channel[] = []
    entries: HandlerEntry[] = []
    dueAt = Infinity
    rules: LevelRules
    draining: boolean
    progress: boolean
    refused: number
    restrictions: Restrictions
    keeper: Signal
    /** Undefined until somebody watches levels. */
    private watch: LevelWatch
    private receivers: number

    /**
     * @param spec levels at the start (`LevelRules`), the only time that trace may be set
     * @param burst records a second that a handler takes unless its options say otherwise;
     * 0 = no limit
     * @throws LevelSpecError, RangeError for a burst out of range
     */
    constructor(
        readonly clock: Clock,
        spec = "info",
        private readonly burst = DEFAULT_BURST
    ) {
        checkRange("burst", burst, 0, MAX_BURST)
        this.millis = clock.millis
        this.rules = parseLevelSpec(spec, INFO)
        firstLogger(this, LOG_TOPIC, undefined)
        // methods, where closures would keep all that is at hand here
        clock.onSet(this.forgetTime)
    }

    /**
     * The logger of a topic, made once.
     * @throws RangeError for a malformed topic, or more than MAX_TOPICS
     */
    logger(topic: string): Logger {
        const first = firstLogger(this, topic, undefined)
        return first.mark ? new Logger(first.channel) : first
    }

    /**
     * The logger of a task: topic `task.NAME`, lines marked `NAME.service`; for a child of it
     * `task.NAME.CHILD` and `NAME.service.CHILD`.
     * @throws RangeError for a malformed name, or more than MAX_TOPICS
     */
    service(name: string, child?: string): ServiceLogger {
        const task = child ? `${name}.${child}` : name
        const mark = serviceMark(task)
        const first = firstLogger(this, TASK_PREFIX + task, mark)
        return first.mark ? first : new Logger(first.channel, mark)
    }

    /**
     * Adds a handler under a name that is free, and opens it. A handler that has been taken
     * out makes room for another of its name.
     * @throws HandlerExistsError, RangeError for a bad option or one handler too many
     */
    addHandler(name: string, handler: Handler, options?: HandlerOptions): void {
        const old = checkName(this, name)
        const entry = makeEntry(name, handler, options, this.burst)
        if (old) {
            removeEntry(this, old)
            closeEntry.start(this, old)
        }
        placeEntry(this, entry)
        invalidate(this)
        if (handler.queue) handler.queue.onLow = this.due
        if (handler.open) openEntry.start(this, entry)
    }

    /** Removes a handler and waits until it is closed. @throws UnknownHandlerError */
    async removeHandler(name: string): Promise<void> {
        const entry = getEntry(this, name)
        removeEntry(this, entry)
        invalidate(this)
        await closeEntry(this, entry)
    }

    /**
     * Changes options of a handler while it runs, the log's and its own. One that was taken
     * out comes back.
     * @throws UnknownHandlerError, RangeError for a bad option (nothing is changed then)
     */
    configureHandler(
        name: string,
        changes: HandlerOptions & Record<string, any>
    ): void {
        const entry = getEntry(this, name)
        checkOptions(entry, changes)
        if (entry.handler.configure) entry.handler.configure(changes)
        changeEntry(entry, changes)
        placeEntry(this, entry)
        invalidate(this)
    }

    /** All handlers and receivers. */
    handlers(): HandlerInfo[] {
        return this.entries.map(handlerInfo)
    }

    /**
     * Restricts a topic and its children to one handler; undefined ends that.
     * @throws UnknownHandlerError, RangeError for a malformed topic
     */
    restrict(topic: string, handler: string | undefined): void {
        if (handler !== undefined) getEntry(this, handler)
        if (!this.restrictions) this.restrictions = new Restrictions()
        this.restrictions.restrictTopic(topic, handler)
        invalidate(this)
    }

    /**
     * Adds a filter before all handlers.
     * @throws RangeError when its name is taken, or one filter too many
     */
    addFilter(filter: LogFilter, options: FilterOptions = {}): void {
        if (!this.primary) this.primary = new PrimaryFilters()
        this.primary.addPrimary(filter, options)
        invalidate(this)
    }

    /** Removes a filter; false when there is none of this name. */
    removeFilter(name: string): boolean {
        const removed = !!this.primary && this.primary.removePrimary(name)
        invalidate(this)
        return removed
    }

    /** Lets progress reports through, or not (the default). */
    letProgress(through: boolean): void {
        this.progress = through
    }

    /**
     * Subscribes to records by level and topic, as in `none debug@net`. `unsubscribe` ends it.
     * @throws LevelSpecError, RangeError for a bad queue or one handler too many
     */
    subscribe(spec: string, options?: QueueOptions): LogReceiver {
        const rules = parseLevelSpec(spec, NONE)
        this.receivers = (this.receivers ?? 0) + 1
        const name = `receiver-${this.receivers}`
        const receiver = new LogReceiver(name, rules, options)
        this.addHandler(name, receiver)
        return receiver
    }

    /** Ends a subscription; whoever waits for a record gets undefined. */
    async unsubscribe(receiver: LogReceiver): Promise<void> {
        await this.removeHandler(receiver.name)
    }

    /** The level specification in force. */
    spec(): string {
        return this.rules.toText()
    }

    /**
     * Takes a level specification, `info` being the default of one that names none.
     * @throws LevelSpecError with the place of the fault, RangeError for trace; the old
     * specification stays in force then
     */
    setSpec(text: string): void {
        changeSpec(this, text)
        levelsChanged(this, this.watch)
    }

    /** The level of a topic by the specification, whatever handlers there are. */
    level(topic: string): Level {
        return this.rules.levelOf(topic)
    }

    /**
     * Sets the level of a topic and its children, or of a `*` pattern; undefined lets it
     * inherit again.
     * @throws RangeError for a malformed topic, one too many, or trace
     */
    setLevel(topic: string, level: Level | undefined): void {
        checkTrace(this, topic, level)
        this.rules.setRule(topic, level)
        levelsChanged(this, this.watch)
    }

    /** Calls `listener` after each change of a level; returns how to stop that. */
    onLevelChange(listener: () => void): () => void {
        return this.levelWatch().listen(listener)
    }

    /** Waits for the next change of a level; false when `timeout` ms passed without one. */
    async levelChange(timeout?: number): Promise<boolean> {
        return await this.levelWatch().waitForChange(timeout)
    }

    /** The most detailed level that any handler gets of any topic, at most. */
    finestLevel(): Level {
        let most = NONE
        for (const entry of this.entries) most = Math.max(most, finestOf(entry))
        return Math.min(most, this.rules.finest())
    }

    private levelWatch(): LevelWatch {
        const journal = this.logger(LOG_TOPIC)
        if (!this.watch)
            this.watch = new LevelWatch(error =>
                journal.exception("level listener", error)
            )
        return this.watch
    }

    /** Does what is due by the clock: the log does so by itself, tests call it. */
    tick(): void {
        doDue(this)
    }

    /** For the log's own use: something is to be done at a time, in ms since start, or now. */
    due(time?: number): void {
        wakeAt(this, time === undefined ? this.millis() : time)
    }

    private forgetTime(): void {
        this.record.time = NEVER
    }
}

function levelsChanged(core: Core, watch: LevelWatch): void {
    invalidate(core)
    if (watch) watch.tell()
}
