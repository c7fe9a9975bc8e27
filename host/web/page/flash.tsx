import type { BoardState, FlashMap, FlashPiece } from "../protocol.ts"
import { count, duration, lifeText, writesText } from "../../words.ts"
import { SomePlots } from "./plots.tsx"
import { useStore } from "./store.ts"
import { useAnswer } from "./use-answer.ts"

const ASK_MS = 3000

/** What lies where in flash, how much is written, and how long it lasts. */
export function Flash({ board }: { board: string }) {
    const { value: map, problem } = useAnswer<FlashMap>(board, "flash", ASK_MS)
    const { state } = useStore("state")
    return (
        <section aria-labelledby="flash-title">
            <h2 id="flash-title">Flash</h2>
            {problem && !map && <p class="empty">{problem}</p>}
            {map && <Area map={map} />}
            <Facts map={map} info={state?.info} />
            <SomePlots titles={["Flash writes and erases"]} />
        </section>
    )
}

function Facts(props: { map: FlashMap | undefined; info: BoardState["info"] }) {
    const { map, info } = props
    const written = info?.flash
    const file = info?.file
    return (
        <dl class="facts">
            {map && (
                <>
                    <dt>Written since the console began to count</dt>
                    <dd>{countsText(map)}</dd>
                    <dt>Life at this rate</dt>
                    <dd>{lifeText(map.years)}</dd>
                </>
            )}
            {written && (
                <>
                    <dt>Written by the firmware since boot</dt>
                    <dd>{writesText(written)}</dd>
                </>
            )}
            {file && (
                <>
                    <dt>Flash log since boot</dt>
                    <dd>
                        {count(file.bytes, "byte")} of lines in{" "}
                        {count(file.writes, "segment")},{" "}
                        {count(file.programmed, "byte")} programmed
                    </dd>
                </>
            )}
        </dl>
    )
}

function countsText({ counts, countedMs, isComputed }: FlashMap): string {
    const { erases } = counts
    const pages = isComputed
        ? `which erase ${erases.toFixed(1)} pages`
        : `${count(erases, "page")} erased`
    return `${writesText(counts)}, ${pages} in ${duration(countedMs)}`
}

/** The area in force, with what lies where. */
function Area({ map }: { map: FlashMap }) {
    const pieces = map.pieces.filter(({ kind }) => kind !== "program")
    return (
        <>
            <Picture map={map} pieces={pieces} />
            <Legend isComputed={map.isComputed} />
            <p class="aside">{areaText(map)}</p>
            <Slots pieces={pieces} isComputed={map.isComputed} />
        </>
    )
}

/** The area as a bar. */
function Picture({ map, pieces }: { map: FlashMap; pieces: FlashPiece[] }) {
    const { area, areaBytes, tableBytes, freeBytes, isComputed } = map
    const percent = (bytes: number) => `${(bytes / areaBytes) * 100}%`
    return (
        <div class="flash-map" role="img" aria-label={pictureText(map, pieces)}>
            <div
                class="piece table"
                style={{ left: 0, width: percent(tableBytes) }}
                title={`header and entries: ${tableBytes} bytes`}
            />
            {isComputed && (
                <div
                    class="piece unknown"
                    style={{
                        left: percent(tableBytes),
                        width: percent(freeBytes),
                    }}
                    title={`free, or values that were replaced since the last compaction: ${freeBytes} bytes`}
                />
            )}
            {pieces
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
    )
}

function pictureText(map: FlashMap, pieces: FlashPiece[]): string {
    const { areaBytes, tableBytes, freeBytes, isComputed } = map
    const stale = pieces.filter(({ isLive }) => !isLive)
    const staleBytes = stale.reduce((sum, { size }) => sum + size, 0)
    const free = `${freeBytes} free${isComputed ? " or replaced" : ""}`
    const live = pieces.length - stale.length
    return `Area in force, ${areaBytes} bytes: ${tableBytes} of entries, ${free}, ${live} slots in force, ${staleBytes} bytes replaced`
}

function Legend({ isComputed }: { isComputed: boolean }) {
    const kinds = [
        ["table", "entries"],
        ["log", "log"],
        ["setting", "settings"],
        ["config", "settings file"],
        ["task", "tasks"],
        ["boot", "boot"],
        ["other", "other"],
        isComputed ? ["unknown", "free or replaced"] : ["stale", "replaced"],
    ] as const
    return (
        <p class="legend">
            {kinds.map(([kind, name]) => (
                <span key={kind}>
                    <span class={`swatch ${kind}`} /> {name}
                </span>
            ))}
        </p>
    )
}

/** The slots in force as a table. */
function Slots(props: { pieces: FlashPiece[]; isComputed: boolean }) {
    const { pieces, isComputed } = props
    const live = pieces
        .filter(({ isLive }) => isLive)
        .sort((a, b) => a.offset - b.offset)
    const timesWritten = (key: string) =>
        pieces.filter(piece => piece.key === key).length
    return (
        <details>
            <summary>{count(live.length, "slot")} in force</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">Key</th>
                        <th scope="col">Kind</th>
                        <th scope="col" class="number">
                            Bytes
                        </th>
                        <th scope="col" class="number">
                            {isComputed ? "Offset, computed" : "Offset"}
                        </th>
                        {!isComputed && (
                            <th scope="col" class="number">
                                Written
                            </th>
                        )}
                    </tr>
                </thead>
                <tbody>
                    {live.map(piece => (
                        <PieceRow
                            key={piece.key}
                            piece={piece}
                            times={
                                isComputed ? undefined : timesWritten(piece.key)
                            }
                        />
                    ))}
                </tbody>
            </table>
        </details>
    )
}

function areaText(map: FlashMap): string {
    const { area, areaBytes, freeBytes, pieces, isComputed } = map
    if (isComputed)
        return `The board tells keys and sizes, in words of 8 bytes. Places are computed: those after the next compaction, in one of the two areas of ${areaBytes} bytes that an ESP32 has. What the VM keeps itself is not in the map.`
    const program = pieces.findLast(({ kind }) => kind === "program")
    const where = `Area ${area === 0 ? "A" : "B"} of two, ${areaBytes} bytes, ${freeBytes} free until it is compacted into the other one.`
    if (!program) return where
    return `${where} The program takes ${program.size} bytes of ${map.storeBytes}.`
}

function PieceRow({ piece, times }: { piece: FlashPiece; times?: number }) {
    const { key, kind, size, offset } = piece
    return (
        <tr>
            <th scope="row">{key}</th>
            <td>{kind}</td>
            <td class="number" data-label="bytes">
                {size}
            </td>
            <td class="number" data-label="at">
                {offset}
            </td>
            {times !== undefined && (
                <td class="number" data-label="written">
                    {times} ×
                </td>
            )}
        </tr>
    )
}
