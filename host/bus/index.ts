// What a simulator and the clients that join its bus share.
export {
    type BusFile,
    readBusFile,
    statesFolder,
    writeBusFile,
} from "./bus-file.ts"
export { type DrivenPart, partDevice, programDevice } from "./device.ts"
export { isFrame, splitFrames, wrapFrame } from "./frames.ts"
