// Places in sources, as `src/main.ts:12` in texts: a click opens the file at the line.
import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import type { SourceView } from "../protocol.ts"
import { ask } from "./ask.ts"
import { attempt } from "./notices.tsx"

const PLACE = /([\w@./-]+\.tsx?):(\d+)/g

interface Place {
    board: string
    path: string
    line: number
}

let open: (place: Place) => void = () => {}

/** A text whose places can be opened. */
export function TextWithPlaces(props: { board: string; text: string }) {
    const { board, text } = props
    const parts = []
    let end = 0
    for (const match of text.matchAll(PLACE)) {
        const [words, path, line] = match
        parts.push(text.slice(end, match.index))
        parts.push(
            <button
                type="button"
                class="place"
                title={`Open ${path} at line ${line}`}
                onClick={event => {
                    event.stopPropagation()
                    open({ board, path: path!, line: Number(line) })
                }}
            >
                {breakable(words)}
            </button>
        )
        end = match.index + words.length
    }
    return (
        <>
            {parts}
            {text.slice(end)}
        </>
    )
}

/** A path that is broken behind its folders where it does not fit. */
function breakable(path: string): ComponentChildren[] {
    return path
        .split(/(?<=\/)/)
        .flatMap((part, i) => (i ? [<wbr key={i} />, part] : [part]))
}

/** The dialog that shows a source. */
export function SourceDialog() {
    const dialog = useRef<HTMLDialogElement>(null)
    const [shown, show] = useState<SourceView & { line: number }>()
    useEffect(() => {
        open = ({ board, path, line }) =>
            void attempt(async () => {
                const source = await ask<SourceView>(board, "source", { path })
                show({ ...source, line })
                dialog.current!.showModal()
            })
    }, [])
    useEffect(() => {
        dialog.current
            ?.querySelector(".at")
            ?.scrollIntoView({ block: "center" })
    }, [shown])
    return (
        <dialog ref={dialog} class="source" aria-label="Source">
            <header>
                <h2>{shown && `${shown.path}:${shown.line}`}</h2>
                <button type="button" onClick={() => dialog.current!.close()}>
                    Close
                </button>
            </header>
            <pre tabIndex={0}>
                {shown?.text.split("\n").map((text, i) => (
                    <div
                        key={i}
                        class={i + 1 === shown.line ? "at" : undefined}
                    >
                        <span class="number">{i + 1}</span>
                        {text}
                    </div>
                ))}
            </pre>
        </dialog>
    )
}
