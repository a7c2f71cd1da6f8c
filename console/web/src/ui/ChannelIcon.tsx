import { IconBrandTelegram, IconBrandVk, IconBrandWhatsapp, IconMessageCircle } from "@tabler/icons-react";
import { useWords } from "../words";

const ICONS = { telegram: IconBrandTelegram, vk: IconBrandVk, whatsapp: IconBrandWhatsapp, web: IconMessageCircle };

/** Which messenger, as a mark with its name for those who hear the page. */
export function ChannelIcon({ channel, size = 16 }: { channel: string; size?: number }) {
  const words = useWords();
  const Icon = ICONS[channel as keyof typeof ICONS] ?? IconMessageCircle;
  const name = words.channels[channel as keyof typeof words.channels] ?? channel;
  return <Icon size={size} stroke={1.6} role="img" aria-label={name} title={name} style={{ flexShrink: 0 }} />;
}
