// What a simulator and the clients that join its bus share.
export {
    type BusFile,
    readBusFile,
    statesFolder,
    writeBusFile,
} from "./bus-file.ts"
export { type DrivenPart, partDevice, programDevice } from "./device.ts"
export {
    FRAME_HEAD,
    isFrame,
    isLarge,
    splitFrames,
    wrapFrame,
} from "./frames.ts"
