import type { AtOnce } from "../platform"
import { HeartBeat } from "./heartbeat"
import { Handler, HandlerOptions, INFO, Level, LogRecord } from "../log"

/**
 * Drives a heartbeat from the log: an LED, a buzzer, or any object with `notify(level)`.
 * It needs no formatter and no burst limit, since notifications during a pattern show as one. When
 * `notify` throws, the log takes this handler out, as any other.
 * @devsWhenUsed
 */
export class HeartBeatHandler implements Handler {
    /** `notify` of the device, bound to it: the VM then looks the method up only once. */
    private readonly beat: (level: number) => AtOnce

    /** @param level the least severe level to show, unless the handler's options set another */
    constructor(
        device: HeartBeat,
        private readonly level: Level = INFO
    ) {
        this.beat = device.notify
    }

    emit(record: LogRecord): void {
        this.beat(record.level)
    }

    defaultOptions(): HandlerOptions {
        return { level: this.level, formatter: null, burst: null }
    }
}
