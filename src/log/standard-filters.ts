import { FilterAnswer, IGNORE, LogFilter, TASK_PREFIX } from "./filters"
import { Level } from "./levels"
import { covers } from "./pattern"
import { LogRecord } from "./record"

type Test = (record: LogRecord) => boolean

/**
 * Answers `action` on the records it is for, and IGNORE on the rest.
 * @devsWhenUsed
 */
class TestFilter implements LogFilter {
    constructor(
        readonly name: string,
        private readonly test: Test,
        private readonly action: number
    ) {}

    filter(record: LogRecord): FilterAnswer {
        return this.test(record) ? this.action : IGNORE
    }
}

/** Answers `action` (KEEP or STOP) on records from `mostSevere` to `leastSevere`. */
export function levelFilter(
    mostSevere: Level,
    leastSevere: Level,
    action: number
): LogFilter {
    return new TestFilter(
        "level",
        r => r.level >= mostSevere && r.level <= leastSevere,
        action
    )
}

/** Answers `action` on records of a topic, its children, or topics that match a `*` pattern. */
export function topicFilter(pattern: string, action: number): LogFilter {
    return new TestFilter(
        `topic ${pattern}`,
        r => covers(pattern, r.topic),
        action
    )
}

/** Answers `action` on the lines of the tasks whose name matches `pattern`. */
export function taskFilter(pattern: string, action: number): LogFilter {
    return topicFilter(TASK_PREFIX + pattern, action)
}

/** Answers `action` on progress reports: tasks started, stopped, restarted. */
export function progressFilter(action: number): LogFilter {
    return new TestFilter(
        "progress",
        r => r.meta !== undefined && r.meta["progress"] === true,
        action
    )
}
