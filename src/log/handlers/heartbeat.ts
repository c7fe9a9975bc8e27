import { HeartBeat } from "../../heartbeat"
import { Handler, HandlerOptions } from "../handler"
import { INFO, Level } from "../levels"
import { LogRecord } from "../record"

/**
 * Drives a heartbeat from the log: an LED, a buzzer, or any object with `notify(level)`.
 * It needs no line and no burst limit, since many notifications show as one. A device that
 * throws is the log's to take out, as any handler that does.
 * @devsWhenUsed
 */
export class HeartBeatHandler implements Handler {
    readonly advised: HandlerOptions

    /** @param level the least severe level shown, unless the handler's options say otherwise */
    constructor(
        private readonly device: HeartBeat,
        level: Level = INFO
    ) {
        this.advised = { level, formatter: null, burst: null }
    }

    emit(record: LogRecord): void {
        this.device.notify(record.level)
    }
}
