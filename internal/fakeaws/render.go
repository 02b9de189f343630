package fakeaws

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// renderResult wraps a result as the query protocol does:
// <ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>….
func renderResult(x *exchange, result any) *answer {
	var b bytes.Buffer
	name := x.call.Action
	b.WriteString("<" + name + "Response xmlns=\"" + x.service.xmlns + "\">\n")
	if result != nil {
		e := xml.NewEncoder(&b)
		e.Indent("  ", "  ")
		if err := e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: name + "Result"}}); err != nil {
			return renderError(x, &apiError{http.StatusInternalServerError, "InternalFailure", err.Error()})
		}
	}
	b.WriteString("\n  <ResponseMetadata>\n    <RequestId>" + x.call.RequestID + "</RequestId>\n  </ResponseMetadata>\n</" + name + "Response>\n")
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {"text/xml"}}, body: b.Bytes()}
}

type errorResponseXML struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	Xmlns   string   `xml:"xmlns,attr"`
	Error   struct {
		Type    string
		Code    string
		Message string
	}
	RequestID string `xml:"RequestId"`
}

func renderError(x *exchange, e *apiError) *answer {
	if x.service != nil && x.service.name == "s3" {
		return renderS3Error(x, e)
	}
	if isJSON(x.http) {
		return renderJSON(e.status, map[string]string{"__type": e.code, "message": e.message})
	}
	if x.service != nil && x.service.name == website {
		return renderPage(e.status, e.code, e.message)
	}
	response := errorResponseXML{Xmlns: stsService().xmlns, RequestID: x.call.RequestID}
	if x.service != nil {
		response.Xmlns = x.service.xmlns
	}
	response.Error.Type, response.Error.Code, response.Error.Message = e.fault(), e.code, e.message
	body, err := xml.MarshalIndent(response, "", "  ")
	if err != nil {
		body = nil // three strings always marshal
	}
	return &answer{status: e.status, header: http.Header{"Content-Type": {"text/xml"}}, body: append(body, '\n')}
}
