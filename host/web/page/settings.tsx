import { useState } from "preact/hooks"
import { LEVELS } from "../../levels.ts"
import type { SettingView } from "../protocol.ts"
import { act } from "./ask.ts"
import { focusField } from "./focus.ts"
import { attempt } from "./notices.tsx"
import { useAnswer } from "./use-answer.ts"

/** Others change settings too, and a start has pending ones take effect. */
const ASK_MS = 5000
/** Time without an answer to a change after which the page says that it waits, in ms. */
const LATE_MS = 700

/** The settings and their sources; each is edited in the way of its kind. */
export function Settings({ board }: { board: string }) {
    const { value, problem, set } = useAnswer<SettingView[]>(
        board,
        "settings",
        ASK_MS
    )
    const change: Change = async changes => {
        const [key] = Object.keys(changes)
        return attempt(
            async () =>
                set(await act<SettingView[]>(board, "settings", { changes })),
            changes[key!] === null
                ? `${key} has its default`
                : `${key} is changed`
        )
    }
    return (
        <section aria-labelledby="settings-title">
            <h2 id="settings-title">Settings</h2>
            {problem && <p class="empty">{problem}</p>}
            {value && (
                <table class="settings">
                    <thead>
                        <tr>
                            <th scope="col">Setting</th>
                            <th scope="col">Value</th>
                            <th scope="col">From</th>
                            <th scope="col">What it is for</th>
                        </tr>
                    </thead>
                    <tbody>
                        {value.map(setting => (
                            <SettingRow
                                key={setting.key}
                                setting={setting}
                                change={change}
                            />
                        ))}
                    </tbody>
                </table>
            )}
        </section>
    )
}

/** What is typed, and the board's text that it began from. */
interface Draft {
    value: string
    before: string
}

/** Changes settings; true when the board has them. */
type Change = (changes: Record<string, string | null>) => Promise<boolean>

/** What is typed for a setting, and the ways to send it. */
function useDraft({ key, text, isSecret }: SettingView, change: Change) {
    const [draft, setDraft] = useState<Draft>()
    const [isLate, setLate] = useState(false)
    const edited = draft?.value
    const send = async (text: string | null) => {
        const timer = setTimeout(() => setLate(true), LATE_MS)
        const isDone = await change({ [key]: text })
        clearTimeout(timer)
        setLate(false)
        return isDone
    }
    const save = async () => {
        if (edited === undefined) return
        // what was typed meanwhile stays
        if (await send(edited))
            setDraft(now =>
                now && now.value !== edited
                    ? { ...now, before: edited }
                    : undefined
            )
    }
    // what is as it was follows the board again
    const edit = (value: string) =>
        setDraft(
            value === text
                ? undefined
                : { value, before: draft?.before ?? text }
        )
    const isChanged = edited !== undefined && edited !== text
    return {
        // of a secret there is only a mask
        value: edited ?? (isSecret ? "" : text),
        isChanged,
        isOvertaken: isChanged && draft?.before !== text && !isSecret,
        isLate,
        edit,
        save,
        setDefault: () => send(null),
        takeBack: () => setDraft(undefined),
    }
}

function SettingRow(props: { setting: SettingView; change: Change }) {
    const { setting, change } = props
    const { key, origin, line, pending, restart, rule } = setting
    const draft = useDraft(setting, change)
    return (
        <tr data-setting={key}>
            <th scope="row">{key}</th>
            <td class="value">
                <form
                    onSubmit={event => {
                        event.preventDefault()
                        focusField(event.currentTarget)
                        void draft.save()
                    }}
                >
                    <Field
                        setting={setting}
                        value={draft.value}
                        change={draft.edit}
                    />
                    {draft.isChanged && (
                        <button aria-label={`Set ${key}`}>Set</button>
                    )}
                    {!draft.isChanged && origin !== "default" && (
                        <button
                            type="button"
                            aria-label={`Default of ${key}`}
                            onClick={event => {
                                focusField(event.currentTarget.form)
                                void draft.setDefault()
                            }}
                        >
                            Default
                        </button>
                    )}
                </form>
                {draft.isLate && (
                    <p class="aside" role="status">
                        waiting for the board …
                    </p>
                )}
                {draft.isOvertaken && (
                    <Overtaken setting={setting} take={draft.takeBack} />
                )}
            </td>
            <td class="aside" data-label="from">
                {origin}
                {line !== undefined && `, line ${line}`}
                {pending && ", from the next start"}
            </td>
            <td class="aside">
                {withCode(rule?.doc ?? "")}
                {restart && !pending && " (holds from the next start)"}
            </td>
        </tr>
    )
}

/** Says that a setting was changed elsewhere while its field was edited. */
function Overtaken(props: { setting: SettingView; take: () => void }) {
    const { key, text } = props.setting
    return (
        <p class="overtaken" aria-live="polite">
            {text ? (
                <>
                    changed on the board to <code>{text}</code>
                </>
            ) : (
                "cleared on the board"
            )}{" "}
            <button
                type="button"
                aria-label={`Take ${key} of the board`}
                onClick={event => {
                    focusField(event.currentTarget.closest("td"))
                    props.take()
                }}
            >
                Take it
            </button>
        </p>
    )
}

/** A text with code between backticks. */
function withCode(text: string) {
    return text
        .split("`")
        .map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))
}

/** A field that takes what the schema allows. */
function Field(props: {
    setting: SettingView
    value: string
    change: (value: string) => void
}) {
    const { setting, value, change } = props
    const { key, text, rule, isSecret } = setting
    const words = wordsOf(setting)
    const common = { "aria-label": key, value }
    if (words)
        return (
            <select
                {...common}
                onChange={event => change(event.currentTarget.value)}
            >
                {words.map(word => (
                    <option key={word} value={word}>
                        {word || "not set"}
                    </option>
                ))}
            </select>
        )
    const onInput = (event: { currentTarget: HTMLInputElement }) =>
        change(event.currentTarget.value)
    if (isSecret)
        return (
            <input
                {...common}
                type="password"
                autocomplete="new-password"
                placeholder={text ? "hidden" : "not set"}
                onInput={onInput}
            />
        )
    const [low, high] = rule?.limits ?? []
    if (rule?.kind === "int")
        return (
            <input
                {...common}
                type="number"
                required
                min={low}
                max={high}
                onInput={onInput}
            />
        )
    const limits =
        low !== undefined && high !== undefined ? `${low} to ${high}` : ""
    return (
        <input
            {...common}
            spellcheck={false}
            title={[rule?.kind, limits].filter(Boolean).join(", ")}
            placeholder={rule?.fallback || "not set"}
            onInput={onInput}
        />
    )
}

/** The words that a setting may be, if it is one of some. */
function wordsOf({ text, rule }: SettingView): string[] | undefined {
    const words =
        rule?.kind === "one-of"
            ? rule.limits.flatMap(limit => limit.split("|"))
            : rule?.kind === "flag"
              ? ["true", "false"]
              : rule?.kind === "level"
                ? [...LEVELS, "none"]
                : undefined
    return words && !words.includes(text) ? [text, ...words] : words
}
