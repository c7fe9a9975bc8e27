import { useEffect, useRef } from "preact/hooks"
import { duration } from "../../words.ts"
import type { Line } from "../protocol.ts"

const BINS = 90
/** Drawn at most this often, in ms. */
const DRAW_MS = 400
/** Bands from the bottom up: the most severe level that each has, and its colour. */
const BANDS: [worst: number, colour: string][] = [
    [7, "--off"],
    [5, "--calm"],
    [4, "--warn"],
    [0, "--bad"],
]

/** How many lines of which level came when. */
export function Histogram({ lines }: { lines: Line[] }) {
    const canvas = useRef<HTMLCanvasElement>(null)
    const drawnAt = useRef(0)
    const timer = useRef(0)
    const latest = useRef(lines)
    latest.current = lines
    useEffect(() => {
        if (timer.current) return
        const wait = drawnAt.current + DRAW_MS - performance.now()
        timer.current = window.setTimeout(
            () => {
                timer.current = 0
                drawnAt.current = performance.now()
                if (canvas.current) draw(canvas.current, latest.current)
            },
            Math.max(0, wait)
        )
    })
    const span = spanOf(lines)
    return (
        <div class="histogram">
            <canvas
                ref={canvas}
                role="img"
                aria-label={`${lines.length} lines over ${span ? duration(span[1] - span[0]) : "no time"}, by level`}
            />
            {span && (
                <p class="aside">
                    <span>{clock(span[0])}</span>
                    <span>{clock(span[1])}</span>
                </p>
            )}
        </div>
    )
}

function clock(at: number): string {
    return new Date(at).toTimeString().slice(0, 8)
}

function spanOf(lines: Line[]): [number, number] | undefined {
    const first = lines.find(({ at }) => at !== undefined)?.at
    const last = lines.findLast(({ at }) => at !== undefined)?.at
    return first === undefined || last === undefined || last <= first
        ? undefined
        : [first, last]
}

function draw(canvas: HTMLCanvasElement, lines: Line[]): void {
    const { clientWidth: width, clientHeight: height } = canvas
    const scale = devicePixelRatio
    canvas.width = width * scale
    canvas.height = height * scale
    const context = canvas.getContext("2d")!
    context.scale(scale, scale)
    const span = spanOf(lines)
    if (!span) return
    const counts = countLines(lines, span)
    const most = Math.max(1, ...counts.map(bin => sum(bin)))
    const style = getComputedStyle(canvas)
    const colours = BANDS.map(([, name]) => style.getPropertyValue(name))
    const step = width / BINS
    counts.forEach((bin, i) => {
        let y = height
        bin.forEach((count, band) => {
            // a single line is to be seen beside many
            const tall = count && Math.max(2, (count / most) * (height - 2))
            y -= tall
            context.fillStyle = colours[band]!
            context.fillRect(i * step, y, Math.max(1, step - 1), tall)
        })
    })
    context.fillStyle = style.getPropertyValue("--text")
    for (const { at, source } of lines)
        if (source === "mark" && at !== undefined)
            context.fillRect(
                ((at - span[0]) / (span[1] - span[0])) * width,
                0,
                1,
                height
            )
}

function countLines(lines: Line[], [from, to]: [number, number]): number[][] {
    const counts = Array.from({ length: BINS }, () => BANDS.map(() => 0))
    for (const { at, level, source } of lines) {
        if (at === undefined || source === "mark" || at < from || at > to)
            continue
        const bin = Math.min(
            BINS - 1,
            Math.floor(((at - from) / (to - from)) * BINS)
        )
        const band = BANDS.findIndex(([worst]) => (level ?? 6) >= worst)
        counts[bin]![band]!++
    }
    return counts
}

function sum(numbers: number[]): number {
    return numbers.reduce((total, number) => total + number, 0)
}
