import * as ds from "@devicescript/core"
import { addListener, AtOnce, nameOf, readOptions } from "../platform"
import { awaitBoot, beginBoot } from "./boot"
import { taskError } from "./errors"
import { get, select } from "./names"
import {
    KeptOptions,
    LineSource,
    MAX_CHANGE_LISTENERS,
    MAX_LISTED_TASKS,
    Plan,
    REGISTRY_OPTIONS,
    RegistryOptions,
    SAFE_MODE_OPTIONS,
    SafeModeOptions,
    SupervisionOptions,
    Task,
    TASK_OPTIONS,
    TaskBody,
    TaskOptions,
} from "./options"
import {
    absentNames,
    applyKept,
    forgetAbsent,
    loadKept,
    noteKept,
    saveKept,
} from "./overrides"
import { run, windUp } from "./run"
import { enterSafeMode, leaveSafeMode, markSafe, shutDown } from "./safe-mode"
import {
    CLOSING,
    DISABLED,
    inSlices,
    raise,
    SAFE,
    Supervisor,
    TaskRecord,
    wake,
} from "./state"
import {
    deviceStats,
    DeviceStats,
    lastLines,
    linesOf,
    markOf,
    statsOf,
    statusOf,
    Summary,
    summaryOf,
    TaskStats,
    TaskStatus,
} from "./status"
import { statusText, underParents } from "./status-text"
import { addTask } from "./task"
import {
    hasParentUp,
    followDisabled,
    planAgain,
    requestDelete,
    requestRestart,
    scheduleTask,
    startTask,
    stopForGood,
    stopRun,
    unscheduleTask,
    watchAgain,
} from "./transitions"
import { checkKeptOptions, checkWait, readPlan } from "./validate"
import { awaitEnds, awaitRest, checkPresent, endTasks } from "./waits"

/**
 * The tasks of a program, by name, under supervision.
 *
 * A selection is a name, a pattern with `*` for any characters, a state as `:failed`, or both as
 * `net-*:failed`. When no name matches, the method throws `UnknownTaskError`, but "*" may
 * match none; a state that does not exist is an `OptionError`.
 *
 * Methods that wait may be called from anywhere. In the body of a task they are waits of that task:
 * they throw `TaskStopped` once it is asked to stop, also by the call itself. The command is
 * carried out even if its caller is stopped meanwhile. In a run that was left behind methods throw
 * `TaskStopped` and do nothing.
 * @devsWhenUsed
 */
export class TaskRegistry {
    private readonly supervisor: Supervisor

    /** @throws OptionError for an option or a default that is unknown or not allowed */
    constructor(options: RegistryOptions) {
        this.supervisor = makeSupervisor(options)
    }

    /**
     * Adds a task and starts it, unless its options, flash or safe mode say otherwise. Nothing runs
     * before flash has been read.
     * @returns the task; its name is `name@1`, `name@2`, ... when `name` is taken
     * @throws TaskError for a bad name or body, or over a limit; OptionError for a bad option
     */
    add(name: string, body: TaskBody, options?: TaskOptions): Task {
        const { supervisor } = this
        checkPresent(supervisor)
        const task = addTask(supervisor, undefined, name, body, options)
        if (supervisor.autoBoot) beginBoot(supervisor)
        return task
    }

    /**
     * Boots: reads what flash keeps and starts the tasks, core tasks first. The first `add` begins
     * the boot, unless `autoBoot` is false. Tasks may be added at any time, also after it.
     * Returns when the tasks that can start have been started.
     */
    async boot(): Promise<void> {
        await awaitBoot(this.supervisor)
    }

    /**
     * Stops all tasks, core tasks last, closes the handlers of the log, so that what they have
     * pending is written and sent, and records in flash that a restart on purpose follows. Returns
     * at once, so that a task that is itself stopped by it may call it.
     * @param then called at the end; it must restart the program at once: `() => ds.restart()`. The
     * next start tells a restart from a panic by the time that it took
     * @param last called once all tasks have ended, before the log is closed: what takes time
     * @throws TaskError for what is no function
     */
    shutDown(then: () => ds.AsyncVoid, last?: () => ds.AsyncVoid): void {
        const { supervisor } = this
        if (typeof then !== "function")
            throw taskError("*", "a function wanted that restarts the board")
        checkPresent(supervisor)
        shutDown.start(supervisor, then, last)
    }

    /**
     * Deletes all tasks and ends the supervision after the last one; no task can be added any
     * more. In the body of a task it throws `TaskStopped`, and still does its work.
     */
    async dispose(): Promise<void> {
        const { supervisor } = this
        checkPresent(supervisor)
        raise(supervisor, CLOSING)
        wake(supervisor)
        if (supervisor.tasks.length > 0) await this.delete("*")
    }

    /** Names of the tasks of a selection, in the order in which they were added. */
    names(selection = "*"): string[] {
        return select(this.supervisor, selection).map(nameOf)
    }

    /** The task of this name; patterns are not allowed. @throws UnknownTaskError */
    get(name: string): Task {
        return get(this.supervisor, name)
    }

    /**
     * Starts all tasks of a selection, with what they require. A task that runs is left alone; one
     * that is scheduled or waits for its restart runs now; one that is stopping starts again after
     * its end. A child starts only while its parent runs.
     * @throws TaskError for a single child whose parent does not run
     */
    start(selection: string): void {
        const tasks = select(this.supervisor, selection)
        if (tasks.length === 1 && !hasParentUp(tasks[0])) {
            const { name, parent } = tasks[0]
            throw taskError(
                name,
                `its parent is ${parent.state}; start "${parent.name}"`
            )
        }
        tasks.forEach(startTask)
    }

    /**
     * Stops all tasks of a selection and waits until they have ended. Tasks that require them, and
     * their children, stop first.
     * @param keepSchedule true stops the present runs only; planned runs still take place
     */
    async stop(selection: string, keepSchedule?: boolean): Promise<void> {
        const action = keepSchedule ? stopRun : stopForGood
        await end(this.supervisor, selection, action)
    }

    /**
     * Stops all tasks of a selection, waits until they have ended, and starts them again with the
     * same arguments.
     */
    async restart(selection: string): Promise<void> {
        await end(this.supervisor, selection, requestRestart)
    }

    /** Stops all tasks of a selection and removes them, with their children, from the registry. */
    async delete(selection: string): Promise<void> {
        await end(this.supervisor, selection, requestDelete)
    }

    /**
     * Waits until no task of a selection runs, or waits for its restart or a dependency. It does
     * not wait for planned runs, nor for the calling task and its parents.
     * @param timeout longest wait in ms; no limit when left out
     * @returns false when the time ran out
     */
    async wait(selection: string, timeout?: number): Promise<boolean> {
        if (timeout !== undefined) checkWait(selection, timeout)
        return await awaitRest(
            this.supervisor,
            select(this.supervisor, selection),
            timeout
        )
    }

    /**
     * Waits like `wait`.
     * @returns the results of the tasks, in the order in which they were added; a `Failure` for a
     *     task that failed, as `asyncio.gather` does with `return_exceptions`. A task that has not
     *     ended in time has the result of its last run before.
     */
    async gather(selection: string, timeout?: number): Promise<any[]> {
        const tasks = select(this.supervisor, selection)
        await this.wait(selection, timeout)
        return tasks.map(task =>
            task.state === "failed" ? task.error : task.result
        )
    }

    /**
     * Gives all tasks of a selection a plan until the next reset, and starts them by it; a disabled
     * one when it is enabled.
     */
    schedule(selection: string, plan: Plan): void {
        const tasks = select(this.supervisor, selection)
        const read = readPlan(selection, plan)
        for (const task of tasks) scheduleTask(task, read)
    }

    /** Removes the plans of all tasks of a selection until the next reset; runs continue. */
    unschedule(selection: string): void {
        select(this.supervisor, selection).forEach(unscheduleTask)
    }

    /**
     * Stops all tasks of a selection and keeps them from starting at boot, across resets. `start`
     * still starts them.
     * @throws TaskError when it does not fit into flash, and nothing is changed; FlashError when
     *     the flash does not answer, and the tasks are disabled until the next reset
     */
    async disable(selection: string): Promise<void> {
        const { supervisor } = this
        const tasks = select(supervisor, selection)
        await keep(supervisor, tasks, { off: 1 }, followDisabled, DISABLED)
        await awaitEnds(supervisor, tasks)
    }

    /** Reverts `disable`, and starts the tasks. @throws FlashError as `disable` */
    async enable(selection: string): Promise<void> {
        const { supervisor } = this
        const tasks = select(supervisor, selection)
        await keep(supervisor, tasks, { off: undefined }, followDisabled, 0)
    }

    /**
     * Changes options of all tasks of a selection, now and across resets; undefined restores the
     * option of `add`. The end of the present run already follows the new restart policy; a restart
     * delay or grace period that has begun is not changed.
     * @throws OptionError for an option that cannot be kept or is wrong, TaskError when it does not
     *     fit into flash, FlashError when the flash does not answer
     */
    async setOptions(selection: string, options: KeptOptions): Promise<void> {
        const { supervisor } = this
        const tasks = select(supervisor, selection)
        const changes = options ?? {}
        checkKeptOptions(selection, changes)
        for (const task of tasks)
            checkKeptOptions(task.name, changes, task.options.at)
        const names = Object.keys(changes)
        const isPlan = names.indexOf("in") >= 0 || names.indexOf("every") >= 0
        await keep(supervisor, tasks, changes, task => {
            applyKept(task)
            if (isPlan) planAgain(task)
            if (names.indexOf("watchdog") >= 0) watchAgain(task)
        })
    }

    /** Names of tasks that flash keeps something about and that are not registered. */
    async keptNames(): Promise<string[]> {
        await loadKept(this.supervisor)
        return absentNames(this.supervisor)
    }

    /**
     * Removes from flash what is kept about tasks that are not registered.
     * @param pattern a name or a pattern with `*`
     * @returns the names removed
     */
    async forget(pattern = "*"): Promise<string[]> {
        const { supervisor } = this
        checkPresent(supervisor)
        await loadKept(supervisor)
        const names = forgetAbsent(supervisor, pattern)
        await saveKept(supervisor)
        return names
    }

    /** Begins safe mode: stops all tasks but the core ones, and waits until they have ended. */
    async enterSafeMode(): Promise<void> {
        await enterSafeMode(this.supervisor, "asked for")
    }

    /**
     * Ends safe mode and starts the tasks that it stopped or kept from starting. One that a command
     * stopped, or that only `start` starts, stays stopped.
     */
    async leaveSafeMode(): Promise<void> {
        await leaveSafeMode(this.supervisor)
    }

    /**
     * Changes when safe mode begins and ends; `maxShortStarts` counts only before the boot.
     * @throws OptionError for an option that is unknown or not allowed; nothing is changed then
     */
    configureSafeMode(options: SafeModeOptions): void {
        const { supervisor } = this
        const read = readOptions<SafeModeOptions>(
            "safe mode",
            SAFE_MODE_OPTIONS,
            options,
            {}
        )
        Object.assign(supervisor, read)
        if (read.safeModeMs !== undefined && (supervisor.flags & SAFE) !== 0)
            markSafe(supervisor)
    }

    /**
     * Calls `listener` after each change of state of any task. It must not wait.
     * @returns a function that removes the listener
     * @throws TaskError above `MAX_CHANGE_LISTENERS`
     */
    onChange(listener: (task: Task) => AtOnce): () => void {
        const { listeners } = this.supervisor
        if (listeners.length >= MAX_CHANGE_LISTENERS)
            throw taskError("*", "at most 8 listeners of changes")
        return addListener(listeners, listener)
    }

    /**
     * State of the tasks of a selection, as data.
     * @throws TaskError for more than `MAX_LISTED_TASKS`: ask for each of `names()`
     */
    status(selection?: string): TaskStatus[] {
        return listed(this.supervisor, selection).map(statusOf)
    }

    /**
     * State of the tasks of a selection, for people.
     * @throws TaskError for more than `MAX_LISTED_TASKS`: use `showStatus`
     */
    statusText(selection?: string, colour = true): string {
        const tasks = listed(this.supervisor, selection)
        const texts: string[] = []
        const show = shower(this.supervisor, colour, text => texts.push(text))
        underParents(tasks).forEach(show)
        return texts.join("\n")
    }

    /**
     * Calls `use` with the state of each task of a selection, for people: a text of a few lines.
     * Yields between tasks, so their number is not limited.
     */
    async showStatus(
        use: (text: string) => void,
        selection = "*",
        colour = true
    ): Promise<void> {
        const tasks = select(this.supervisor, selection)
        const show = shower(this.supervisor, colour, use)
        await ds.sleep(0)
        await inSlices(underParents(tasks), show)
    }

    /** Takes the last log lines of tasks from `lines` from now on, like the option `lines`. */
    useLines(lines: LineSource): void {
        this.supervisor.lines = lines
    }

    /**
     * The last log lines of a task, oldest first, found among the last `MAX_STATUS_LINES` of all.
     * @param most longest list
     */
    lastLines(name: string, most: number): string[] {
        return linesOf(get(this.supervisor, name), most)
    }

    /**
     * Figures of the tasks of a selection.
     * @throws TaskError for more than `MAX_LISTED_TASKS`: ask for each of `names()`
     */
    stats(selection?: string): TaskStats[] {
        return listed(this.supervisor, selection).map(statsOf)
    }

    /** Figures of the device. */
    deviceStats(): DeviceStats {
        return deviceStats(this.supervisor)
    }

    /** The registry as a whole: `running`, `degraded`, ... and how many tasks are in each state. */
    summary(): Summary {
        return summaryOf(this.supervisor)
    }
}

async function end(
    supervisor: Supervisor,
    selection: string,
    action: (task: TaskRecord) => void
): Promise<void> {
    await endTasks(supervisor, select(supervisor, selection), action)
}

/** The tasks of a selection, for a list that the heap has room for. */
function listed(supervisor: Supervisor, selection = "*"): TaskRecord[] {
    const tasks = select(supervisor, selection)
    const { length } = tasks
    if (length > MAX_LISTED_TASKS)
        throw taskError(
            selection,
            `${length} tasks, at most ${MAX_LISTED_TASKS} in a list; ask for each of names()`
        )
    return tasks
}

/**
 * Makes a function that passes the state of a task, as text, to `use`. The last lines are searched
 * once for all tasks.
 */
function shower(
    supervisor: Supervisor,
    colour: boolean,
    use: (text: string) => void
): (task: TaskRecord) => void {
    const lines = lastLines(supervisor.lines)
    return task => {
        use(statusText(statusOf(task), colour, lines[markOf(task.name)]))
    }
}

/**
 * Changes what is kept about tasks in flash, and calls `action` to apply it to each. When the flash
 * does not answer, the change still holds until the next reset.
 * @param disabled `DISABLED` or 0 to disable or enable the tasks; undefined for neither
 * @throws FlashError when the flash does not answer, TaskError when the change does not fit
 */
async function keep(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    changes: Record<string, any>,
    action: (task: TaskRecord) => void,
    disabled?: number
): Promise<void> {
    let problem: Error
    try {
        await loadKept(supervisor)
    } catch (e: any) {
        problem = e
    }
    if (!problem) noteKept(supervisor, tasks, changes)
    // all at once: the actions yield, and meanwhile the opposite may be asked for
    if (disabled !== undefined)
        for (const task of tasks)
            task.flags = (task.flags & ~DISABLED) | disabled
    await inSlices(tasks, action)
    if (problem) throw problem
    await saveKept(supervisor)
}

/** The shared record of a new registry. */
function makeSupervisor(options: RegistryOptions): Supervisor {
    const given = readOptions<RegistryOptions>(
        "tasks",
        REGISTRY_OPTIONS + SAFE_MODE_OPTIONS,
        options
    )
    // the VM searches fields in order, so those used most come first
    const supervisor = {
        flags: 0,
        clock: given.clock,
        timers: [],
        tasks: [],
        byName: {},
        fiber: undefined,
        watchers: [],
        listeners: [],
        core: [],
        left: [],
        run,
        windUp,
        restartDevice: ds.restart,
        reports: given.log.logger("tasks"),
        saving: [],
        // the options have names on the heap: with these fields here they need not stay there
        maxTasks: 0,
        autoBoot: true,
        maxShortStarts: 0,
        safeModeMs: 0,
    } as unknown as Supervisor
    Object.assign(supervisor, given)
    const defaults = {
        restart: "",
        delay: 0,
        maxDelay: 0,
        healthy: 0,
        maxRestarts: 0,
        window: 0,
        grace: 0,
        escalate: "",
    }
    Object.assign(
        defaults,
        readOptions<SupervisionOptions>(
            "defaults",
            TASK_OPTIONS,
            options.defaults
        )
    )
    supervisor.defaults = defaults as SupervisionOptions
    return supervisor
}
