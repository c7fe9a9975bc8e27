import { Signal } from "../../platform"
import { Handler, HandlerOptions } from "../handler"
import { BoundedQueue, QueueOptions } from "../queue"
import { LogRecord } from "../record"
import { LevelRules } from "../spec"

/** Bytes of heap that a queued record takes besides its message and its metadata. */
const RECORD_BYTES = 180

/**
 * A subscription to records by level and topic, with its own queue (after Racket's log
 * receivers). Only one fiber at a time may wait for records.
 * @devsWhenUsed
 */
export class LogReceiver implements Handler {
    readonly queue: BoundedQueue<LogRecord>
    private readonly arrived = new Signal()
    private closed = false

    /** Made by `LogSystem.subscribe`. */
    constructor(
        readonly name: string,
        private readonly rules: LevelRules,
        options: QueueOptions
    ) {
        this.queue = new BoundedQueue(options)
    }

    defaultOptions(): HandlerOptions {
        const levels = this.rules
        return { levels, direct: true, formatter: null, burst: null }
    }

    emit(record: LogRecord): void {
        const copy = Object.assign({}, record) as LogRecord
        const bytes = RECORD_BYTES + copy.message.byteLength
        if (this.queue.push(copy, bytes, copy.level)) this.arrived.notify()
    }

    /**
     * Takes the next record.
     * @param timeout longest wait in ms; no limit when left out, 0 = do not wait
     * @returns undefined when the time ran out or the subscription ended
     */
    async receive(timeout?: number): Promise<LogRecord | undefined> {
        // a notification may be left over from a record taken without waiting
        while (!this.queue.length && timeout !== 0 && !this.closed)
            if (!(await this.arrived.wait(timeout))) break
        return this.queue.shift()
    }

    close(): void {
        this.closed = true
        this.arrived.notify()
    }
}
