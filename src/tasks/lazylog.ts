import type { Level, ServiceLogger } from "../log"
import { makeLogger } from "./loggers"
import type { Task } from "./task"

/** What a logger can do, without its insides. */
export type TaskLogger = Omit<ServiceLogger, "channel" | "mark" | "meta">

/**
 * Stands in for the logger of a task until the task logs for the first time: a logger with its
 * topic takes some 260 bytes, this takes 88, and many tasks have nothing to say.
 * @devsWhenUsed
 */
export class LazyLog implements TaskLogger {
    constructor(private readonly task: Task) {}

    trace(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).trace(message, a, b, c, d)
    }

    debug(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).debug(message, a, b, c, d)
    }

    info(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).info(message, a, b, c, d)
    }

    notice(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).notice(message, a, b, c, d)
    }

    warning(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).warning(message, a, b, c, d)
    }

    error(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).error(message, a, b, c, d)
    }

    critical(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).critical(message, a, b, c, d)
    }

    alert(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).alert(message, a, b, c, d)
    }

    emergency(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).emergency(message, a, b, c, d)
    }

    log(l: Level, message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).log(l, message, a, b, c, d)
    }

    isEnabled(level: Level): boolean {
        return real(this.task).isEnabled(level)
    }

    mostDetailed(): Level {
        return real(this.task).mostDetailed()
    }

    exception(message: string, error: unknown): void {
        real(this.task).exception(message, error)
    }

    report(
        level: Level,
        object: Record<string, any>,
        render?: (object: Record<string, any>) => string
    ): void {
        real(this.task).report(level, object, render)
    }

    progress(message: string, a?: any, b?: any, c?: any, d?: any): void {
        real(this.task).progress(message, a, b, c, d)
    }

    with(meta: Record<string, any>): ServiceLogger {
        return real(this.task).with(meta)
    }
}

/** The logger itself, made now if it has not been, and in place of this one from now on. */
function real(task: Task): TaskLogger {
    if (task.log instanceof LazyLog) task.log = makeLogger(task)
    return task.log
}
