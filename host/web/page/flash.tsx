import type {
    FlashAnswer,
    FlashPiece,
    FlashView,
    ToldFlash,
} from "../protocol.ts"
import { duration } from "../../words.ts"
import { SomePlots } from "./plots.tsx"
import { useStore } from "./store.ts"
import { useAnswer } from "./use-answer.ts"

const ASK_MS = 3000

/** What lies where in flash, how much is written, and how long it lasts. */
export function Flash({ board }: { board: string }) {
    const { value, problem } = useAnswer<FlashAnswer>(board, "flash", ASK_MS)
    const { map, told } = value ?? {}
    const { state } = useStore("state")
    const written = state?.info?.flash
    const file = state?.info?.file
    return (
        <section aria-labelledby="flash-title">
            <h2 id="flash-title">Flash</h2>
            {problem && !value && <p class="empty">{problem}</p>}
            {map && <FlashMap view={map} />}
            {told && <FlashTold told={told} />}
            <dl class="facts">
                {map && (
                    <>
                        <dt>Written since the console began to count</dt>
                        <dd>
                            {map.counts.writes} writes, {map.counts.bytes}{" "}
                            bytes, {map.counts.erases} pages erased in{" "}
                            {duration(map.countedMs)}
                        </dd>
                        <dt>Life at this rate</dt>
                        <dd>{yearsText(map.years)}</dd>
                    </>
                )}
                {told && (
                    <>
                        <dt>Life at this rate, with half of the store free</dt>
                        <dd>{yearsText(told.years)}</dd>
                    </>
                )}
                {written && (
                    <>
                        <dt>Written by the firmware since boot</dt>
                        <dd>
                            {written.writes} writes, {written.bytes} bytes
                        </dd>
                    </>
                )}
                {file && (
                    <>
                        <dt>Flash log since boot</dt>
                        <dd>
                            {file.bytes} bytes of lines in {file.writes}{" "}
                            segments, {file.programmed} bytes programmed
                        </dd>
                    </>
                )}
            </dl>
            <SomePlots titles={["Flash writes and erases"]} />
        </section>
    )
}

/** Of a board whose flash nobody can read: what its program tells. */
function FlashTold({
    told: { files, settings, areaBytes },
}: {
    told: ToldFlash
}) {
    const rows: [string, string, number][] = [
        ...files.map(({ name, size }): [string, string, number] => [
            name,
            "flash log",
            size,
        ]),
        [`${settings.count} settings`, "settings file", settings.bytes],
    ]
    return (
        <>
            <p class="aside">
                Where in flash these lie is not known: a program cannot list the
                store of its board. An ESP32 has two areas of {areaBytes} bytes
                for them; the states of tasks and what the VM keeps itself come
                on top. <code>fiberctl flash read</code> shows all of it out of
                a dump of the board's flash.
            </p>
            <table data-testid="flash-told">
                <thead>
                    <tr>
                        <th scope="col">In flash</th>
                        <th scope="col">Kind</th>
                        <th scope="col" class="number">
                            Bytes
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map(([name, kind, bytes]) => (
                        <tr key={name}>
                            <th scope="row">{name}</th>
                            <td>{kind}</td>
                            <td class="number">{bytes}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </>
    )
}

function yearsText(years: number | undefined): string {
    if (years === undefined) return "not known yet"
    if (years > 1000) return "more than 1,000 years"
    return `${years < 10 ? years.toFixed(1) : Math.round(years)} years until a page has been erased 100,000 times`
}

function FlashMap({ view }: { view: FlashView }) {
    const { area, areaBytes, pieces, tableBytes, freeBytes } = view
    const inArea = pieces.filter(({ kind }) => kind !== "program")
    const program = pieces.findLast(({ kind }) => kind === "program")
    const percent = (bytes: number) => `${(bytes / areaBytes) * 100}%`
    const live = inArea
        .filter(({ isLive }) => isLive)
        .sort((a, b) => a.offset - b.offset)
    const stale = inArea.filter(({ isLive }) => !isLive)
    const staleBytes = stale.reduce((sum, { size }) => sum + size, 0)
    return (
        <>
            <div
                class="flash-map"
                role="img"
                aria-label={`Area in force, ${areaBytes} bytes: ${tableBytes} of entries, ${freeBytes} free, ${live.length} values in force, ${staleBytes} bytes replaced`}
            >
                <div
                    class="piece table"
                    style={{ left: 0, width: percent(tableBytes) }}
                    title={`header and entries: ${tableBytes} bytes`}
                />
                {inArea
                    .filter(({ size }) => size > 0)
                    .map(({ key, kind, offset, size, isLive }) => (
                        <div
                            key={offset}
                            class={`piece ${kind}${isLive ? "" : " stale"}`}
                            style={{
                                left: percent(offset - area),
                                width: percent(size),
                            }}
                            title={`${key}: ${size} bytes${isLive ? "" : ", replaced"}`}
                        />
                    ))}
            </div>
            <p class="legend">
                {(
                    [
                        ["table", "entries"],
                        ["log", "log"],
                        ["setting", "settings"],
                        ["config", "settings file"],
                        ["task", "tasks"],
                        ["boot", "boot"],
                        ["other", "other"],
                        ["stale", "replaced"],
                    ] as const
                ).map(([kind, name]) => (
                    <span key={kind}>
                        <span class={`swatch ${kind}`} /> {name}
                    </span>
                ))}
            </p>
            <p class="aside">
                Area {area === 0 ? "A" : "B"} of two, {areaBytes} bytes,{" "}
                {freeBytes} free until it is compacted into the other one.
                {program &&
                    ` The program takes ${program.size} bytes of ${view.storeBytes}.`}
            </p>
            <details>
                <summary>{live.length} values in force</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">Key</th>
                            <th scope="col">Kind</th>
                            <th scope="col" class="number">
                                Bytes
                            </th>
                            <th scope="col" class="number">
                                Offset
                            </th>
                            <th scope="col" class="number">
                                Written
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {live.map(piece => (
                            <PieceRow
                                key={piece.key}
                                piece={piece}
                                all={inArea}
                            />
                        ))}
                    </tbody>
                </table>
            </details>
        </>
    )
}

function PieceRow({ piece, all }: { piece: FlashPiece; all: FlashPiece[] }) {
    const { key, kind, size, offset } = piece
    const times = all.filter(other => other.key === key).length
    return (
        <tr>
            <th scope="row">{key}</th>
            <td>{kind}</td>
            <td class="number">{size}</td>
            <td class="number">{offset}</td>
            <td class="number">{times} ×</td>
        </tr>
    )
}
