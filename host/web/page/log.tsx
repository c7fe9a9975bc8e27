import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { LEVELS, levelName } from "../../levels.ts"
import type { Line } from "../protocol.ts"
import { act } from "./ask.ts"
import { Histogram } from "./histogram.tsx"
import { type Filter, NO_FILTER } from "./log-model.ts"
import { attempt } from "./notices.tsx"
import { TextWithPlaces } from "./places.tsx"
import { useStore } from "./store.ts"

/** Height of a line, wide and narrow, in px; main.css has the same. */
const ROW = 22
const NARROW_ROW = 40
/** Lines that are drawn above and below what is seen. */
const AROUND = 10
const NARROW = "(max-width: 840px)"

/** The log of a board, live. Only the lines that are seen are in the document. */
export function Log({ board }: { board: string }) {
    const { log, state } = useStore("lines", "state")
    const list = useRef<HTMLDivElement>(null)
    const [top, setTop] = useState(0)
    const [height, setHeight] = useState(400)
    const [chosen, choose] = useState<Line>()
    const [, redraw] = useState(0)
    const isAtEnd = useRef(true)
    const lastTop = useRef(0)
    const seenDropped = useRef(log.dropped)
    const row = matchMedia(NARROW).matches ? NARROW_ROW : ROW
    const { shown, filter, isPaused } = log

    useEffect(() => {
        const box = list.current!
        const watch = new ResizeObserver(() => setHeight(box.clientHeight))
        watch.observe(box)
        return () => watch.disconnect()
    }, [])
    useLayoutEffect(() => {
        const box = list.current!
        const gone = log.dropped - seenDropped.current
        seenDropped.current = log.dropped
        if (isAtEnd.current) box.scrollTop = box.scrollHeight
        else if (gone > 0) box.scrollTop -= gone * row
        lastTop.current = box.scrollTop
    })

    const goTo = (index: number) => {
        const line = shown[index]
        if (!line) return
        isAtEnd.current = false
        choose(line)
        const box = list.current!
        const at = index * row
        if (at < box.scrollTop || at > box.scrollTop + height - row)
            box.scrollTop = at - height / 2
    }
    const chosenIndex = chosen ? shown.findIndex(({ n }) => n === chosen.n) : -1
    const nextError = () => {
        const from = chosenIndex >= 0 ? chosenIndex : Math.floor(top / row) - 1
        goTo(log.nextError(from))
    }
    const setFilter = (changes: Partial<Filter>) => {
        log.setFilter({ ...log.filter, ...changes })
        isAtEnd.current = true
        redraw(Date.now())
    }
    const toggle = () => {
        log.setPaused(!isPaused)
        if (isPaused) isAtEnd.current = true
        redraw(Date.now())
    }
    const onKey = (event: KeyboardEvent) => {
        const moves: Record<string, () => void> = {
            ArrowDown: () => goTo(chosenIndex + 1),
            ArrowUp: () =>
                goTo(chosenIndex < 0 ? shown.length - 1 : chosenIndex - 1),
            e: nextError,
            p: toggle,
            Escape: () => choose(undefined),
        }
        const move = moves[event.key]
        if (!move || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        move()
    }

    const first = Math.max(0, Math.floor(top / row) - AROUND)
    const last = Math.ceil((top + height) / row) + AROUND
    const errors = shown.filter(
        ({ level }) => level !== undefined && level <= 3
    ).length
    return (
        <section class="log" aria-labelledby="log-title">
            <div class="title">
                <h2 id="log-title">Log</h2>
                <span class="aside" data-testid="log-count">
                    {shown.length} lines
                    {errors > 0 && `, ${errors} errors`}
                    {isPaused && `, paused: ${log.unseen} new`}
                </span>
                <div class="buttons">
                    <button
                        type="button"
                        aria-pressed={isPaused}
                        onClick={toggle}
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
                </div>
            </div>
            <Filters filter={filter} change={setFilter} />
            <Histogram lines={shown} />
            <div
                ref={list}
                class="lines"
                role="log"
                aria-live="off"
                aria-label="Log lines; arrow keys choose, e goes to the next error, p pauses"
                tabIndex={0}
                onKeyDown={onKey}
                onScroll={event => {
                    const box = event.currentTarget
                    const below = box.scrollHeight - box.clientHeight
                    // lines that came since are no reason to stay behind
                    if (box.scrollTop < lastTop.current - 1)
                        isAtEnd.current = false
                    if (box.scrollTop >= below - row) isAtEnd.current = true
                    lastTop.current = box.scrollTop
                    setTop(box.scrollTop)
                }}
            >
                <div class="all" style={{ height: `${shown.length * row}px` }}>
                    {shown.slice(first, last).map((line, i) => (
                        <Row
                            key={line.n}
                            line={line}
                            y={(first + i) * row}
                            isChosen={line.n === chosen?.n}
                            choose={() =>
                                choose(line.n === chosen?.n ? undefined : line)
                            }
                        />
                    ))}
                </div>
            </div>
            {chosen && (
                <div class="detail" aria-live="polite">
                    <p class="aside">
                        {chosen.at !== undefined &&
                            new Date(chosen.at).toLocaleString()}{" "}
                        {chosen.level !== undefined && levelName(chosen.level)}{" "}
                        {chosen.mark} ({chosen.source})
                    </p>
                    <p>
                        <TextWithPlaces board={board} text={chosen.message} />
                    </p>
                </div>
            )}
            {state?.levels !== undefined && (
                <Levels board={board} levels={state.levels} />
            )}
        </section>
    )
}

function Row(props: {
    line: Line
    y: number
    isChosen: boolean
    choose: () => void
}) {
    const { line, y, isChosen, choose } = props
    const style = { transform: `translateY(${y}px)` }
    if (line.source === "mark")
        return (
            <div class="row mark" style={style}>
                {line.message}
            </div>
        )
    const level = line.level === undefined ? "" : levelName(line.level)
    return (
        <div
            class={`row ${level}${isChosen ? " chosen" : ""}`}
            style={style}
            onClick={choose}
        >
            <span class="time">{timeText(line)}</span>
            <span class="level">{level}</span>
            <span class="topic" title={line.mark}>
                {line.task ?? line.mark}
            </span>
            <span class="message">{line.message}</span>
        </div>
    )
}

function timeText({ at, time }: Line): string {
    if (at === undefined) return time
    const date = new Date(at)
    return (
        date.toTimeString().slice(0, 8) +
        (at % 1000 ? `.${String(at % 1000).padStart(3, "0")}` : "")
    )
}

function Filters(props: {
    filter: Filter
    change: (changes: Partial<Filter>) => void
}) {
    const { filter, change } = props
    const { log, state } = useStore("state")
    const topics = [
        ...new Set(
            log.lines
                .filter(line => line.task === undefined && line.mark)
                .map(({ mark }) => mark)
        ),
    ].sort()
    const tasks = (state?.tasks ?? []).map(({ name }) => name)
    return (
        <form
            class="filters"
            role="search"
            aria-label="Filter the log"
            onSubmit={event => event.preventDefault()}
        >
            <label>
                Level
                <select
                    aria-label="Level"
                    value={filter.level}
                    onChange={event =>
                        change({ level: Number(event.currentTarget.value) })
                    }
                >
                    {LEVELS.map((name, i) => (
                        <option key={name} value={i}>
                            {i === LEVELS.length - 1 ? "all" : `${name}+`}
                        </option>
                    ))}
                </select>
            </label>
            <Choice
                label="Task"
                value={filter.task}
                words={tasks}
                change={task => change({ task })}
            />
            <Choice
                label="Topic"
                value={filter.topic}
                words={topics}
                change={topic => change({ topic })}
            />
            <label class="wide">
                Text
                <input
                    type="search"
                    aria-label="Text"
                    value={filter.text}
                    placeholder="any text"
                    onInput={event =>
                        change({ text: event.currentTarget.value })
                    }
                />
            </label>
            <button type="button" onClick={() => change(NO_FILTER)}>
                Clear
            </button>
        </form>
    )
}

function Choice(props: {
    label: string
    value: string
    words: string[]
    change: (value: string) => void
}) {
    const { label, value, words, change } = props
    return (
        <label>
            {label}
            <select
                aria-label={label}
                value={value}
                onChange={event => change(event.currentTarget.value)}
            >
                <option value="">any</option>
                {words.map(word => (
                    <option key={word} value={word}>
                        {word}
                    </option>
                ))}
            </select>
        </label>
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
                void save()
            }}
        >
            <label class="wide">
                The board logs
                <input
                    value={text ?? levels}
                    spellcheck={false}
                    onInput={event => setText(event.currentTarget.value)}
                />
            </label>
            <button disabled={text === undefined || text === levels}>
                Set levels
            </button>
        </form>
    )
}
