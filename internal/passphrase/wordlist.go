package passphrase

import "strings"

// common are words that the lists of the commonest passwords begin with, in their
// languages: by themselves and with digits behind them they are most of such a list.
var common = strings.Fields(`
access accesskey account admin administrator amazon america andrew android angel anthony apple april arsenal
asdf ashley august autumn aws awsbroker azerty backup bailey banana barcelona baseball basketball batman
bayern berlin bienvenue blessed bonjour buster butterfly california changeme charlie cheese chelsea chocolate
church cloud coffee company computer contrasena cookie cooper correcthorsebatterystaple corvette credential
credentials cricket daniel david debian december default demo diamond dolphin dragon eagle england facebook
family father february ferrari flower football forever fortnite freedom friday fussball gandalf garfield
geheim george germany ginger golden google guest guitar hacker hallo hannah harley haslo heaven hello herbst
heslo hockey hunter iloveyou instagram internet iphone james january jennifer jessica jesus john jordan joshua
july june juventus kennwort key keychain keystore killer laptop letmein linux lion liverpool login logon
london love lovely loveyou madrid maggie march master matrix matthew mercedes merlin michael michelle
microsoft minecraft monday monkey motdepasse mother music mustang naruto network newyork nicole ninja nothing
november october office orange panther paris parola pass passphrase passwd password passwort pepper phantom
pizza please pokemon porsche princess private prod production purple qwer qwert qwerty ranger robert rockyou
root samantha samsung saturday secret secretkey senha september server shadow signin silver snoopy soccer
sommer spiderman spring staging starwars summer sunday sunshine superman temp temporary test tester testing
thankyou thomas thursday tiger tigger trustno tuesday twitter ubuntu user vault wednesday welcome whatever
william willkommen windows winter wolf yamaha yellow youtube zxcv`)
