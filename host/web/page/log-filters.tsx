import { LEVELS } from "../../levels.ts"
import { type Filter, NO_FILTER } from "./log-model.ts"
import { useStore } from "./store.ts"

/** Which lines are to be seen: by level, task, topic and text. */
export function Filters(props: {
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
    const { label, value, change } = props
    // what was chosen stays in force, also when it is gone
    const words =
        !value || props.words.includes(value)
            ? props.words
            : [value, ...props.words]
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
