// LED, buzzer, clock of a board, and what only a simulated board has: its power, link and collector.
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
                LED
                <span class="aside" data-testid="pattern">
                    {light.brightness === undefined
                        ? "not set yet"
                        : light.pattern}
                </span>
            </span>
            <span class="buzzer">
                Buzzer
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
        store.onTone = (hz, ms) => {
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
        }
        return () => {
            store.onTone = () => {}
        }
    }, [isLoud])
}

/** Buttons for the board as a whole. */
export function BoardButtons({ state }: { state: BoardState }) {
    const { id, info, simulator, isLost } = state
    const isFixed = isLost || info?.access === 1
    const work = (action: SimulatorAction, done: string) => () =>
        void attempt(() => act(id, "simulator", { action }), done)
    return (
        <div class="board-buttons">
            <div class="buttons" role="group" aria-label="Board">
                <button
                    type="button"
                    disabled={isFixed}
                    onClick={() =>
                        void attempt(() => act(id, "time"), "the clock is set")
                    }
                >
                    Set clock
                </button>
                <button
                    type="button"
                    disabled={isFixed}
                    aria-pressed={info?.safe === true}
                    onClick={() =>
                        void attempt(() =>
                            act(id, "safe-mode", { on: info?.safe !== true })
                        )
                    }
                >
                    {info?.safe ? "Leave safe mode" : "Safe mode"}
                </button>
                <button
                    type="button"
                    disabled={isFixed}
                    onClick={() =>
                        void attempt(
                            () => act(id, "reboot"),
                            "the board restarts"
                        )
                    }
                >
                    Reboot
                </button>
            </div>
            {simulator && (
                <div class="buttons" role="group" aria-label="Simulator">
                    {simulator.power ? (
                        <button
                            type="button"
                            class="danger"
                            onClick={work("power-cut", "the power is cut")}
                        >
                            Cut power
                        </button>
                    ) : (
                        <button
                            type="button"
                            onClick={work("power-on", "the power is on")}
                        >
                            Switch on
                        </button>
                    )}
                    {simulator.collector !== undefined && (
                        <button
                            type="button"
                            onClick={work(
                                simulator.collector
                                    ? "collector-down"
                                    : "collector-up",
                                simulator.collector
                                    ? "the collector is down"
                                    : "the collector is up"
                            )}
                        >
                            {simulator.collector
                                ? "Collector down"
                                : "Collector up"}
                        </button>
                    )}
                    <button
                        type="button"
                        onClick={work(
                            simulator.link ? "link-down" : "link-up",
                            simulator.link
                                ? "the link is down"
                                : "the link is up"
                        )}
                    >
                        {simulator.link ? "Link down" : "Link up"}
                    </button>
                </div>
            )}
        </div>
    )
}
