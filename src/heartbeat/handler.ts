import { HeartBeat } from "./heartbeat"
import { Handler, HandlerOptions, INFO, Level, LogRecord } from "../log"

/**
 * Drives a heartbeat from the log: an LED, a buzzer, or any object with `notify(level)`.
 * It needs no line and no burst limit, since many notifications show as one. A device that
 * throws is the log's to take out, as any handler that does.
 * @devsWhenUsed
 */
export class HeartBeatHandler implements Handler {
    /** The device's own, bound to it: so it is looked up once. */
    private readonly notify: (level: number) => void

    /** @param level the least severe level shown, unless the handler's options say otherwise */
    constructor(
        device: HeartBeat,
        private readonly level: Level = INFO
    ) {
        this.notify = device.notify
    }

    emit(record: LogRecord): void {
        this.notify(record.level)
    }

    defaultOptions(): HandlerOptions {
        return { level: this.level, formatter: null, burst: null }
    }
}
