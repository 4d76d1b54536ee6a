import { createTheme, type MantineColorsTuple } from '@mantine/core'

const pine: MantineColorsTuple = [
  '#e9f7f3',
  '#d3ece5',
  '#a6d9cb',
  '#76c5b0',
  '#4fb499',
  '#2f9a80',
  '#178069',
  '#0d6b5f',
  '#0a574d',
  '#06423b',
]

const slate: MantineColorsTuple = [
  '#d5dae1',
  '#b4bcc8',
  '#98a2b1',
  '#6b7686',
  '#434c59',
  '#333b46',
  '#262d37',
  '#1a2028',
  '#141920',
  '#0e1217',
]

/** The desk's look: one calm colour, small radii, tight text. */
export const theme = createTheme({
  colors: { pine, dark: slate },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  respectReducedMotion: true,
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'Liberation Mono', monospace",
  fontSizes: { xs: '12px', sm: '13.5px', md: '15px', lg: '17px', xl: '20px' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '24px', lineHeight: '1.25' },
      h2: { fontSize: '18px', lineHeight: '1.3' },
      h3: { fontSize: '15px', lineHeight: '1.35' },
    },
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, fz: 'xs' } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
    Menu: { defaultProps: { shadow: 'md', withinPortal: true } },
  },
})
