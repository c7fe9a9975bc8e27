import { useEffect, useRef } from "preact/hooks"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import type { SampleColumns } from "../protocol.ts"
import { useStore } from "./store.ts"

const HEIGHT = 150
const COLOURS = ["--calm", "--good", "--warn", "--bad", "--violet", "--off"]

/** A plot: its title, and which figures belong on it. */
interface Group {
    title: string
    takes: (name: string) => boolean
    /** What is cut off the end of a name; given where a single figure needs its name. */
    suffix?: string
}

const GROUPS: Group[] = [
    { title: "Log lines a second", takes: name => name === "lines/s" },
    {
        title: "Lines queued",
        takes: name => name.endsWith(" queued"),
        suffix: " queued",
    },
    {
        title: "Lines dropped since boot",
        takes: name => name.endsWith(" dropped"),
        suffix: " dropped",
    },
    {
        title: "Connected",
        takes: name => name.endsWith(" connected"),
        suffix: " connected",
    },
    {
        title: "Lines in the window",
        takes: name => name.endsWith(" in flight"),
        suffix: " in flight",
    },
    {
        title: "Connections at the collector",
        takes: name => name === "collector connections",
    },
    {
        title: "Flash writes and erases",
        takes: name => name.startsWith("flash "),
        suffix: "",
    },
    {
        title: "Lateness of the loop: ms to the smallest answer",
        takes: name => name === "answer ms",
    },
    { title: "Fibers of tasks", takes: name => name === "fibers" },
]

/** All figures of the last hour, those that belong together on one plot. */
export function Plots() {
    const { samples } = useStore("samples")
    const names = Object.keys(samples.values)
    const rest = names.filter(name => !GROUPS.some(({ takes }) => takes(name)))
    const groups = [
        ...GROUPS,
        ...rest.map(name => ({
            title: name,
            takes: (other: string) => other === name,
        })),
    ].filter(({ takes }) => names.some(takes))
    return (
        <section aria-labelledby="plots-title">
            <h2 id="plots-title">The last hour</h2>
            {groups.length === 0 && (
                <p class="empty">There are no figures yet.</p>
            )}
            <div class="plots">
                {groups.map(group => (
                    <Plot key={group.title} group={group} samples={samples} />
                ))}
            </div>
        </section>
    )
}

/** The plots with some titles. */
export function SomePlots({ titles }: { titles: string[] }) {
    const { samples } = useStore("samples")
    const names = Object.keys(samples.values)
    return (
        <div class="plots">
            {GROUPS.filter(
                ({ title, takes }) =>
                    titles.includes(title) && names.some(takes)
            ).map(group => (
                <Plot key={group.title} group={group} samples={samples} />
            ))}
        </div>
    )
}

function Plot({ group, samples }: { group: Group; samples: SampleColumns }) {
    const box = useRef<HTMLDivElement>(null)
    const plot = useRef<uPlot>(undefined)
    const names = drawn(
        Object.keys(samples.values).filter(group.takes),
        samples
    )
    const data = [
        samples.at.map(at => at / 1000),
        ...names.map(name => samples.values[name]!),
    ] as uPlot.AlignedData
    useEffect(() => {
        const element = box.current!
        const made = makePlot(element, names, group.suffix ?? "", data)
        plot.current = made
        const watch = new ResizeObserver(() =>
            made.setSize({ width: element.clientWidth, height: HEIGHT })
        )
        watch.observe(element)
        const dark = matchMedia("(prefers-color-scheme: dark)")
        const repaint = () => made.redraw()
        dark.addEventListener("change", repaint)
        return () => {
            dark.removeEventListener("change", repaint)
            watch.disconnect()
            made.destroy()
        }
    }, [names.join("\n")])
    useEffect(() => plot.current?.setData(data), [samples])
    const moves = (name: string) => samples.values[name]!.some(Boolean)
    const latest = names
        .map(name => {
            const value = samples.values[name]!.at(-1)
            return `${name}: ${value === null || value === undefined ? "unknown" : number(value)}`
        })
        .join(", ")
    return (
        <figure class="plot">
            <figcaption>
                {group.title}{" "}
                {group.suffix !== undefined &&
                    names.length === 1 &&
                    moves(names[0]!) && (
                        <span class="aside">
                            {label(names[0]!, group.suffix)}
                        </span>
                    )}
            </figcaption>
            <div
                ref={box}
                role="img"
                aria-label={`${group.title}; now ${latest}`}
            />
        </figure>
    )
}

/** The figures that are drawn: of several those that were anything but zero. */
function drawn(names: string[], { values }: SampleColumns): string[] {
    const moving = names.filter(name => values[name]!.some(value => value))
    return moving.length ? moving : names.slice(0, 1)
}

function makePlot(
    box: HTMLElement,
    names: string[],
    suffix: string,
    data: uPlot.AlignedData
): uPlot {
    const colour = (name: string) => () =>
        getComputedStyle(box).getPropertyValue(name)
    const axis: uPlot.Axis = {
        stroke: colour("--dim"),
        grid: { stroke: colour("--line"), width: 1 },
        ticks: { show: false },
        font: "11px system-ui",
    }
    return new uPlot(
        {
            width: box.clientWidth,
            height: HEIGHT,
            padding: [6, 24, 0, 0],
            scales: {
                y: {
                    range: (_, low, high) => [
                        Math.min(0, low ?? 0),
                        Math.max(1, (high ?? 0) * 1.1),
                    ],
                },
            },
            legend: { show: names.length > 1, live: false },
            cursor: { y: false, sync: { key: "hour" } },
            axes: [
                { ...axis, values: "{HH}:{mm}:{ss}", space: 70, size: 28 },
                { ...axis, size: 44, values: (_, all) => all.map(number) },
            ],
            series: [
                {},
                ...names.map((name, i) => ({
                    label: label(name, suffix),
                    stroke: colour(COLOURS[i % COLOURS.length]!),
                    width: 1.5,
                    points: { show: false },
                })),
            ],
        },
        data,
        box
    )
}

function label(name: string, suffix: string): string {
    return suffix ? name.slice(0, -suffix.length) : name
}

/** A number with three digits that count. */
function number(value: number): string {
    if (Number.isInteger(value)) return value.toLocaleString("en")
    return value.toLocaleString("en", { maximumSignificantDigits: 3 })
}
