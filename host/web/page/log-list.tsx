// The lines of a log. Only those that are seen are in the document.
import type { RefObject } from "preact"
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { levelName } from "../../levels.ts"
import type { Line } from "../protocol.ts"
import type { LogModel } from "./log-model.ts"

/** Height of a line, wide and narrow, in rem; main.css has the same. */
const ROW = 1.375
const NARROW_ROW = 2.5
/** Lines that are drawn above and below what is seen. */
const AROUND = 10
const NARROW = "(max-width: 52.5em)"

/** Where the list is, and whether it follows the end of the log. */
export interface ListView {
    list: RefObject<HTMLDivElement | null>
    /** Height of a line, in px. */
    row: number
    /** The first line that is seen, from 0 on. */
    firstSeen: number
    /** The line behind the last one that is seen. */
    lastSeen: number
    /** Has the list follow the end of the log from now on. */
    followEnd: () => void
    /** Brings a line into view, and no longer follows the end. */
    show: (index: number) => void
    onScroll: (box: HTMLDivElement) => void
}

/** Holds the list at the end of the log, or where it was scrolled to. */
export function useListView(log: LogModel): ListView {
    const list = useRef<HTMLDivElement>(null)
    const [top, setTop] = useState(0)
    const height = useHeight(list)
    const isAtEnd = useRef(true)
    const lastTop = useRef(0)
    const row = (matchMedia(NARROW).matches ? NARROW_ROW : ROW) * rem()
    useKeptPlace(log, list, row, isAtEnd, lastTop)

    const show = (index: number) => {
        isAtEnd.current = false
        const box = list.current!
        const at = index * row
        if (at < box.scrollTop || at > box.scrollTop + height - row)
            box.scrollTop = at - height / 2
    }
    const onScroll = (box: HTMLDivElement) => {
        const below = box.scrollHeight - box.clientHeight
        // lines that came since are no reason to stay behind
        if (box.scrollTop < lastTop.current - 1) isAtEnd.current = false
        if (box.scrollTop >= below - row) isAtEnd.current = true
        lastTop.current = box.scrollTop
        setTop(box.scrollTop)
    }
    return {
        list,
        row,
        firstSeen: Math.floor(top / row),
        lastSeen: Math.ceil((top + height) / row),
        followEnd: () => (isAtEnd.current = true),
        show,
        onScroll,
    }
}

/** The size of text that the browser is set to show, in px. */
function rem(): number {
    return parseFloat(getComputedStyle(document.documentElement).fontSize)
}

function useHeight(element: RefObject<HTMLDivElement | null>): number {
    const [height, setHeight] = useState(400)
    useEffect(() => {
        const box = element.current!
        const watch = new ResizeObserver(() => setHeight(box.clientHeight))
        watch.observe(box)
        return () => watch.disconnect()
    }, [])
    return height
}

/**
 * After each drawing, scrolls to the end, or by what was dropped at the begin of the log. Lines of
 * another height, as on a phone that is turned, are other places for what was seen.
 */
function useKeptPlace(
    log: LogModel,
    list: RefObject<HTMLDivElement | null>,
    row: number,
    isAtEnd: RefObject<boolean>,
    lastTop: RefObject<number>
): void {
    const seenDropped = useRef(log.dropped)
    const seenRow = useRef(row)
    useLayoutEffect(() => {
        const box = list.current!
        const gone = log.dropped - seenDropped.current
        seenDropped.current = log.dropped
        const scale = row / seenRow.current
        seenRow.current = row
        if (isAtEnd.current) box.scrollTop = box.scrollHeight
        else if (scale !== 1)
            box.scrollTop = lastTop.current * scale - gone * row
        else if (gone > 0) box.scrollTop -= gone * row
        lastTop.current = box.scrollTop
    })
}

/** The list itself. @param chosen number of the line that is chosen */
export function Lines(props: {
    view: ListView
    shown: Line[]
    chosen: number | undefined
    choose: (line: Line | undefined) => void
    onKeyDown: (event: KeyboardEvent) => void
}) {
    const { view, shown, chosen, choose, onKeyDown } = props
    const { list, row, firstSeen, lastSeen, onScroll } = view
    const first = Math.max(0, firstSeen - AROUND)
    const last = lastSeen + AROUND
    return (
        <div
            ref={list}
            class="lines"
            role="log"
            aria-live="off"
            aria-label="Log lines; arrow keys choose, e goes to the next error, p pauses"
            tabIndex={0}
            onKeyDown={onKeyDown}
            onScroll={event => onScroll(event.currentTarget)}
        >
            <div class="all" style={{ height: `${shown.length * row}px` }}>
                {shown.slice(first, last).map((line, i) => (
                    <Row
                        key={line.n}
                        line={line}
                        y={(first + i) * row}
                        isChosen={line.n === chosen}
                        choose={() =>
                            choose(line.n === chosen ? undefined : line)
                        }
                    />
                ))}
            </div>
        </div>
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
