// LED, buzzer, clock of a board, and what only a simulated board has: its power, link and collector.
import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import type { BoardState, Light, SimulatorAction } from "../protocol.ts"
import { act } from "./ask.ts"
import { attempt } from "./notices.tsx"
import { store, useStore } from "./store.ts"

/** Loudness of the buzzer, 0 to 1. */
const VOLUME = 0.06

/** The LED as it is, and the buzzer, which can be heard. */
export function LightAndSound() {
    const { light, tone } = useStore("light")
    const [isLoud, setLoud] = useState(false)
    useSound(isLoud)
    return (
        <div class="light-and-sound">
            <span
                class="led"
                role="img"
                aria-label={ledWords(light)}
                style={{ "--brightness": light.brightness ?? 0 }}
            />
            <span>
                LED{" "}
                <span class="aside" data-testid="pattern">
                    {light.brightness === undefined
                        ? "not set yet"
                        : light.pattern}
                </span>
            </span>
            <span class="buzzer">
                Buzzer{" "}
                <span class="aside">
                    {tone && tone.hz > 0
                        ? `${tone.hz} Hz, ${tone.ms} ms`
                        : "silent"}
                </span>
            </span>
            <button
                type="button"
                aria-pressed={isLoud}
                onClick={() => setLoud(!isLoud)}
            >
                {isLoud ? "Sound off" : "Sound on"}
            </button>
        </div>
    )
}

function ledWords({ brightness }: Light): string {
    if (brightness === undefined) return "LED, not set yet"
    return brightness > 0 ? "LED on" : "LED off"
}

/** Plays the buzzer's tones while it is to be heard. */
function useSound(isLoud: boolean): void {
    const context = useRef<AudioContext>(undefined)
    useEffect(() => {
        if (!isLoud) return
        const audio = (context.current ??= new AudioContext())
        void audio.resume()
        store.setSound((hz, ms) => {
            if (hz <= 0) return
            const source = new OscillatorNode(audio, {
                type: "square",
                frequency: hz,
            })
            source
                .connect(new GainNode(audio, { gain: VOLUME }))
                .connect(audio.destination)
            source.start()
            source.stop(audio.currentTime + ms / 1000)
        })
        return () => store.setSound(undefined)
    }, [isLoud])
}

/** Buttons for the board as a whole. */
export function BoardButtons({ state }: { state: BoardState }) {
    const { id, info, simulator, isLost } = state
    const isFixed = isLost || info?.access === 1
    const isSafe = info?.safe === true
    return (
        <div class="board-buttons">
            <div class="buttons" role="group" aria-label="Board">
                <Button
                    isOff={isFixed}
                    work={() => act(id, "time")}
                    done="the clock is set"
                >
                    Set clock
                </Button>
                <Button
                    isOff={isFixed}
                    isPressed={isSafe}
                    work={() => act(id, "safe-mode", { on: !isSafe })}
                    question={
                        isSafe
                            ? undefined
                            : {
                                  text: "Begin safe mode? All tasks stop but the core tasks.",
                                  answer: "Begin",
                              }
                    }
                >
                    {isSafe ? "Leave safe mode" : "Safe mode"}
                </Button>
                <Button
                    isOff={isFixed}
                    work={() => act(id, "reboot")}
                    done="the board restarts"
                    question={{
                        text: `Restart ${info?.hostname ?? id}? Its tasks stop first.`,
                        answer: "Restart",
                    }}
                >
                    Reboot
                </Button>
            </div>
            {simulator && <SimulatorButtons board={id} simulator={simulator} />}
        </div>
    )
}

/** What can be switched of a simulated board. */
function SimulatorButtons(props: {
    board: string
    simulator: NonNullable<BoardState["simulator"]>
}) {
    const { power, collector, link } = props.simulator
    const change = (action: SimulatorAction) => () =>
        act(props.board, "simulator", { action })
    return (
        <div class="buttons" role="group" aria-label="Simulator">
            {power ? (
                <Button
                    look="danger"
                    work={change("power-cut")}
                    done="the power is cut"
                >
                    Cut power
                </Button>
            ) : (
                <Button work={change("power-on")} done="the power is on">
                    Switch on
                </Button>
            )}
            {collector !== undefined && (
                <Button
                    work={change(collector ? "collector-down" : "collector-up")}
                    done={`the collector is ${collector ? "down" : "up"}`}
                >
                    {collector ? "Collector down" : "Collector up"}
                </Button>
            )}
            <Button
                work={change(link ? "link-down" : "link-up")}
                done={`the link is ${link ? "down" : "up"}`}
            >
                {link ? "Link down" : "Link up"}
            </Button>
        </div>
    )
}

/** What is asked before a change, and the answer that makes it. */
interface Question {
    text: string
    answer: string
}

/** A button that asks for a change. @param props.done what to say when it is made */
function Button(props: {
    children: ComponentChildren
    work: () => Promise<unknown>
    done?: string
    question?: Question
    look?: string
    isOff?: boolean
    isPressed?: boolean
}) {
    const { children, work, done, question, look, isOff, isPressed } = props
    const [isAsked, setAsked] = useState(false)
    const change = () => void attempt(work, done)
    return (
        <>
            <button
                type="button"
                class={look}
                disabled={isOff}
                aria-pressed={isPressed}
                onClick={question ? () => setAsked(true) : change}
            >
                {children}
            </button>
            {question && isAsked && (
                <QuestionDialog
                    question={question}
                    yes={change}
                    close={() => setAsked(false)}
                />
            )}
        </>
    )
}

/** A dialog that a key answers, too. Its focus begins at what changes nothing. */
function QuestionDialog(props: {
    question: Question
    yes: () => void
    close: () => void
}) {
    const { question, yes, close } = props
    const { text, answer } = question
    const dialog = useRef<HTMLDialogElement>(null)
    useEffect(() => dialog.current!.showModal(), [])
    return (
        <dialog
            ref={dialog}
            class="question"
            aria-label={text}
            onClose={() => {
                if (dialog.current!.returnValue === answer) yes()
                close()
            }}
        >
            <form method="dialog">
                <p>{text}</p>
                <div class="buttons">
                    <button>Cancel</button>
                    <button value={answer} class="danger">
                        {answer}
                    </button>
                </div>
            </form>
        </dialog>
    )
}
