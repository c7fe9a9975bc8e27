import {
    FilterAnswer,
    IGNORE,
    LogFilter,
    TASK_PREFIX,
    Verdict,
} from "./filters"
import { Level } from "./levels"
import { covers } from "./pattern"
import { LogRecord } from "./record"
import { checkTopic } from "./spec"

type Test = (record: LogRecord) => boolean

/**
 * Answers `action` for the records that pass `test`, and IGNORE for the rest.
 * @devsWhenUsed
 */
class TestFilter implements LogFilter {
    constructor(
        readonly name: string,
        private readonly test: Test,
        private readonly action: Verdict
    ) {}

    filter(record: LogRecord): FilterAnswer {
        return this.test(record) ? this.action : IGNORE
    }
}

/** Answers `action` (KEEP or STOP) for records from level `mostSevere` to `leastSevere`. */
export function levelFilter(
    mostSevere: Level,
    leastSevere: Level,
    action: Verdict
): LogFilter {
    return new TestFilter(
        "level",
        r => r.level >= mostSevere && r.level <= leastSevere,
        action
    )
}

/**
 * Answers `action` for records of a topic with its children, or of a `*` pattern.
 * @throws RangeError for a malformed topic
 */
export function topicFilter(pattern: string, action: Verdict): LogFilter {
    checkTopic(pattern)
    return new TestFilter(
        `topic ${pattern}`,
        r => covers(pattern, r.topic),
        action
    )
}

/**
 * Answers `action` for records of the tasks whose name matches `pattern`.
 * @throws RangeError for a malformed one
 */
export function taskFilter(pattern: string, action: Verdict): LogFilter {
    return topicFilter(TASK_PREFIX + pattern, action)
}

/** Answers `action` for progress reports (`Logger.progress`), as of tasks that start or stop. */
export function progressFilter(action: Verdict): LogFilter {
    return new TestFilter(
        "progress",
        r => r.meta !== undefined && r.meta["progress"] === true,
        action
    )
}
