import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"

/** How long a notice stays, in ms. */
const SHOWN_MS = 8000
const MOST = 4

interface Notice {
    id: number
    text: string
    isBad: boolean
}

let count = 0
let notices: Notice[] = []
let changed = () => {}

/** Shows a notice for some seconds. */
export function notify(text: string, isBad = false): void {
    const id = ++count
    notices = [...notices, { id, text, isBad }].slice(-MOST)
    changed()
    setTimeout(() => dismiss(id), SHOWN_MS)
}

/** Does something, and shows what goes wrong. @returns whether it went well */
export async function attempt(
    action: () => Promise<unknown>,
    done?: string
): Promise<boolean> {
    try {
        await action()
        if (done) notify(done)
        return true
    } catch (error) {
        notify((error as Error).message, true)
        return false
    }
}

function dismiss(id: number): void {
    notices = notices.filter(notice => notice.id !== id)
    changed()
}

export function Notices() {
    const [shown, show] = useState<Notice[]>([])
    const box = useRef<HTMLDivElement>(null)
    /** What had the focus before a notice. */
    const before = useRef<HTMLElement>(undefined)
    const hadFocus = useRef(false)
    useEffect(() => {
        changed = () => {
            hadFocus.current =
                box.current?.querySelector("button:focus-visible") != null
            show(notices)
        }
    }, [])
    useLayoutEffect(() => {
        // the notice that had the focus is gone: that of whoever works by keys must not get lost
        if (!hadFocus.current || box.current!.contains(document.activeElement))
            return
        hadFocus.current = false
        const next = box.current!.querySelector("button") ?? before.current
        next?.focus()
    }, [shown])
    return (
        <div
            ref={box}
            class="toasts"
            role="status"
            aria-live="polite"
            onFocusIn={({ relatedTarget }) => {
                if (!(relatedTarget instanceof HTMLElement)) return
                if (!box.current!.contains(relatedTarget))
                    before.current = relatedTarget
            }}
        >
            {shown.map(({ id, text, isBad }) => (
                <p key={id} class={isBad ? "toast bad" : "toast"}>
                    {text}
                    <button
                        type="button"
                        class="plain"
                        aria-label="Dismiss"
                        onClick={() => dismiss(id)}
                    >
                        ×
                    </button>
                </p>
            ))}
        </div>
    )
}
