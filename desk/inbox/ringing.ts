import { useEffect, useRef } from 'react'
import { useShortcuts } from '../lib/shortcuts.ts'
import { useAttention, useMuted } from './attention.ts'

const EVERY_MS = 3500
/** Two soft notes: frequency in Hz, start in seconds. */
const NOTES = [
  [659.25, 0],
  [880, 0.16],
] as const

let audio: AudioContext | undefined

/** Browsers play nothing before the first touch of the page. */
function wake(): void {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
}
for (const event of ['pointerdown', 'keydown']) addEventListener(event, wake, { capture: true })

function chime(context: AudioContext): void {
  for (const [frequency, start] of NOTES) note(context, frequency, start)
}

function note(context: AudioContext, frequency: number, start: number): void {
  const at = context.currentTime + start
  const tone = context.createOscillator()
  const volume = context.createGain()
  tone.type = 'sine'
  tone.frequency.value = frequency
  volume.gain.setValueAtTime(0, at)
  volume.gain.linearRampToValueAtTime(0.22, at + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.55)
  tone.connect(volume).connect(context.destination)
  tone.start(at)
  tone.stop(at + 0.6)
}

/** Rings until `isRinging` ends; muted it only marks the page's title. */
function useRinging(isRinging: boolean, isMuted: boolean): void {
  useEffect(() => {
    if (!isRinging || isMuted) return
    const ring = (): void => {
      if (audio?.state === 'running') chime(audio)
    }
    ring()
    const timer = setInterval(ring, EVERY_MS)
    return () => clearInterval(timer)
  }, [isRinging, isMuted])
}

/** One note for what is said in a conversation that the agent has and does not look at. */
function useNote(unread: number, isMuted: boolean): void {
  const before = useRef(unread)
  useEffect(() => {
    const isMore = unread > before.current
    before.current = unread
    if (isMore && !isMuted && audio?.state === 'running') note(audio, NOTES[1][0], 0)
  }, [unread, isMuted])
}

/** Makes the desk heard, on whatever page of it the agent is. */
export function useSounds(): void {
  const { ringing, unread } = useAttention()
  const [isMuted, toggle] = useMuted()
  useRinging(ringing > 0, isMuted)
  useNote(unread, isMuted)
  useShortcuts({ m: toggle })
}
