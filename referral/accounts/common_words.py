"""Words and keyboard runs that very common passwords are made of. Our own list, from what people are known to choose.

Only the guessable parts stand here: a password is judged by what is left of it without them.
"""

_WORDS = """
    password passwort contrasena contraseña passwd passphrase secret secreto letmein welcome bienvenido bienvenidos
    iloveyou teamo teamomucho tequiero loveyou lovely princess princesa sunshine football futbol soccer baseball
    basketball hockey softball dragon monkey superman batman spiderman pokemon starwars minecraft fortnite
    admin administrator administrador master computer internet facebook google microsoft windows android iphone
    samsung whatsapp instagram youtube trustno login signin access account changeme default temporary temp guest
    hello hola goodbye freedom whatever shadow michael jennifer jessica daniel ashley charlie jordan thomas
    hunter ranger buster killer summer winter spring autumn verano invierno primavera monday tuesday wednesday
    thursday friday saturday sunday january february march april june july august september october november
    december enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    america mexico california texas florida chicago boston dallas phoenix yankees cowboys lakers eagles steelers
    jesus christ blessed familia family mommy daddy babygirl chocolate cookie butterfly mariposa flower estrella
    qwertyuiop qwerty qwertz azerty asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv poiuytrewq lkjhgfdsa mnbvcxz
    qazwsx qazwsxedc zaqwsx qaz wsx edc abc xyz test testing prueba example demo sample user nurse doctor
    hospital clinic clinica medical medicine health healthcare patient referral nutrition charity
    correcthorsebatterystaple donotuse nopassword mypassword yourpassword thisismypassword needsrx
"""

#: Small letters, with the usual digits already read as letters (passwords.py does so to the password too).
COMMON_WORDS: frozenset[str] = frozenset(_WORDS.split())
