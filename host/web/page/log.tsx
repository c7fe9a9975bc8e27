import { useState } from "preact/hooks"
import { levelName } from "../../levels.ts"
import { logJson } from "../../log-json.ts"
import { count } from "../../words.ts"
import type { Line } from "../protocol.ts"
import { act } from "./ask.ts"
import { focusField } from "./focus.ts"
import { Histogram } from "./histogram.tsx"
import { Filters } from "./log-filters.tsx"
import { Lines, useListView } from "./log-list.tsx"
import { ERROR, type Filter, type LogModel } from "./log-model.ts"
import { attempt } from "./notices.tsx"
import { TextWithPlaces } from "./places.tsx"
import { useStore } from "./store.ts"

/** The log of a board, live. */
export function Log({ board }: { board: string }) {
    const { log, state } = useStore("lines", "state")
    const view = useListView(log)
    const [chosen, choose] = useState<Line>()
    const [, redraw] = useState(0)
    const { shown, filter } = log
    const chosenIndex = chosen ? shown.findIndex(({ n }) => n === chosen.n) : -1

    const goTo = (index: number) => {
        const line = shown[index]
        if (!line) return
        choose(line)
        view.show(index)
    }
    const nextError = () =>
        goTo(log.nextError(chosenIndex >= 0 ? chosenIndex : view.firstSeen - 1))
    const setFilter = (changes: Partial<Filter>) => {
        log.setFilter({ ...log.filter, ...changes })
        view.followEnd()
        redraw(Date.now())
    }
    const togglePause = () => {
        if (log.isPaused) view.followEnd()
        log.setPaused(!log.isPaused)
        redraw(Date.now())
    }
    const keys: Record<string, () => void> = {
        ArrowDown: () => goTo(chosenIndex + 1),
        ArrowUp: () =>
            goTo(chosenIndex < 0 ? shown.length - 1 : chosenIndex - 1),
        e: nextError,
        p: togglePause,
        Escape: () => choose(undefined),
    }
    return (
        <section class="log" aria-labelledby="log-title">
            <Title
                log={log}
                togglePause={togglePause}
                nextError={nextError}
                save={() => saveLines(board, shown)}
            />
            <Filters filter={filter} change={setFilter} />
            <Histogram lines={shown} />
            <Lines
                view={view}
                shown={shown}
                chosen={chosen?.n}
                choose={choose}
                onKeyDown={event => press(keys, event)}
            />
            {chosen && <Detail board={board} line={chosen} />}
            {state?.levels !== undefined && (
                <Levels board={board} levels={state.levels} />
            )}
        </section>
    )
}

/** Hands the lines that are shown to the browser as a file, in the form of `fiberctl logs --json`. */
function saveLines(board: string, shown: readonly Line[]): void {
    const text = shown
        .filter(({ source }) => source !== "mark")
        .map(line => `${logJson(board, line)}\n`)
    const url = URL.createObjectURL(
        new Blob(text, { type: "application/x-ndjson" })
    )
    const link = document.createElement("a")
    link.href = url
    link.download = `log-${board}.ndjson`
    link.click()
    URL.revokeObjectURL(url)
}

/** Does what a key is for; leaves the browser its own keys. */
function press(keys: Record<string, () => void>, event: KeyboardEvent): void {
    const action = keys[event.key]
    if (!action || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    action()
}

function Title(props: {
    log: LogModel
    togglePause: () => void
    nextError: () => void
    save: () => void
}) {
    const { log, togglePause, nextError, save } = props
    const { shown, isPaused, unseen } = log
    const errors = shown.filter(
        ({ level }) => level !== undefined && level <= ERROR
    ).length
    return (
        <div class="title">
            <h2 id="log-title">Log</h2>
            <span class="aside" data-testid="log-count">
                {count(shown.length, "line")}
                {errors > 0 && `, ${count(errors, "error")}`}
                {isPaused && `, paused: ${unseen} new`}
            </span>
            <div class="buttons">
                <button
                    type="button"
                    aria-pressed={isPaused}
                    onClick={togglePause}
                >
                    {isPaused ? "Resume" : "Pause"}
                </button>
                <button
                    type="button"
                    disabled={errors === 0}
                    onClick={nextError}
                >
                    Next error
                </button>
                <button
                    type="button"
                    title="the lines that are shown, one JSON object a line"
                    disabled={shown.length === 0}
                    onClick={save}
                >
                    Save
                </button>
            </div>
        </div>
    )
}

/** A line in full. */
function Detail({ board, line }: { board: string; line: Line }) {
    const { at, level, mark, source, message } = line
    return (
        <div class="detail" aria-live="polite">
            <p class="aside">
                {at !== undefined && new Date(at).toLocaleString()}{" "}
                {level !== undefined && levelName(level)} {mark} ({source})
            </p>
            <p>
                <TextWithPlaces board={board} text={message} />
            </p>
        </div>
    )
}

/** The level specification in force, until the next start. */
function Levels({ board, levels }: { board: string; levels: string }) {
    const [text, setText] = useState<string>()
    const save = async () => {
        const isDone = await attempt(
            () => act(board, "level", { spec: text }),
            `levels: ${text}`
        )
        if (isDone) setText(undefined)
    }
    return (
        <form
            class="levels"
            onSubmit={event => {
                event.preventDefault()
                focusField(event.currentTarget)
                void save()
            }}
        >
            <label class="wide">
                The board logs
                <input
                    value={text ?? levels}
                    spellcheck={false}
                    // what is as it was follows the board again
                    onInput={({ currentTarget: { value } }) =>
                        setText(value === levels ? undefined : value)
                    }
                />
            </label>
            <button disabled={text === undefined || text === levels}>
                Set levels
            </button>
        </form>
    )
}
