"""How an owner points WhatsApp's webhook at us: Meta lets nobody do it with the number's token alone."""

from __future__ import annotations

_STEPS = {
    "en": """\
WhatsApp's webhook is set in Meta's own pages:
  1. Open https://developers.facebook.com/apps and choose your app.
  2. Choose «WhatsApp» → «Configuration» in the menu.
  3. At «Webhook» press «Edit» and fill in:
       Callback URL:  {url}
       Verify token:  the word that TUNNEL_WHATSAPP_VERIFY_TOKEN holds
     Then press «Verify and save»: Meta asks this program at once, so it must be running.
  4. At «Webhook fields» press «Manage» and subscribe to «messages» and «user_preferences»
     (and to «smb_message_echoes», if people also answer from the WhatsApp Business app on this number).
  5. Open «App settings» → «Basic», press «Show» at «App secret»:
     TUNNEL_WHATSAPP_APP_SECRET must hold that word, for every delivery is signed with it.
  6. Switch the app from «Development» to «Live», or only test numbers will reach you.
Check: write to the number from your own phone.""",
    "ru": """\
Вебхук WhatsApp настраивается на страницах Meta:
  1. Откройте https://developers.facebook.com/apps и выберите своё приложение.
  2. В меню выберите «WhatsApp» → «Configuration».
  3. В разделе «Webhook» нажмите «Edit» и заполните:
       Callback URL:  {url}
       Verify token:  слово из TUNNEL_WHATSAPP_VERIFY_TOKEN
     Нажмите «Verify and save»: Meta сразу спросит эту программу, поэтому она должна быть запущена.
  4. В разделе «Webhook fields» нажмите «Manage» и подпишитесь на «messages» и «user_preferences»
     (и на «smb_message_echoes», если с этого же номера отвечают из приложения WhatsApp Business).
  5. Откройте «App settings» → «Basic», нажмите «Show» у «App secret»:
     это слово должно стоять в TUNNEL_WHATSAPP_APP_SECRET, им подписана каждая доставка.
  6. Переключите приложение из «Development» в «Live», иначе напишут только тестовые номера.
Проверка: напишите на номер со своего телефона.""",
}


def webhook_steps(public_url: str, language: str = "ru") -> str:
    """The exact steps, to be printed. language: "ru" or "en"; anything else reads English."""
    url = f"{public_url.rstrip('/')}/webhooks/whatsapp"
    return _STEPS.get(language, _STEPS["en"]).format(url=url)
